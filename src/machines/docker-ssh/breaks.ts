import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { effective } from "../../lab/catalogue/container.ts";
import { slaveFolder } from "../../lab/catalogue/mesos-slave.ts";
import type { Lab, Machine } from "../../lab/model.ts";
import type { Breaks } from "../machines.ts";
import type { RunOn } from "./fleet.ts";
import { lasting } from "./lasting.ts";

/** A machine under software emulation needs seconds for each of these. */
const timeoutMs = 120_000;

/** So long an emulated machine may take to boot. */
const bootMs = 900_000;
/** A look at a machine that is down, and the pause after it. */
const lookMs = 15_000;
const pauseMs = 2_000;

/** Breaks of a lab whose services are Docker containers on machines that SSH reaches. */
export function dockerBreaks(lab: Lab, runOn: RunOn): Breaks {
  return {
    local: false,
    restart: async (entry, signal) => {
      await runOn(entry.machine, ["sudo", "docker", "restart", effective(entry).name], { signal, timeoutMs });
    },
    removeTask: async (machine, hostPort, signal) => {
      const name = await containerOfTask(runOn, machine, hostPort, signal);
      await runOn(machine, ["sudo", "docker", "rm", "--force", name], { signal, timeoutMs });
      return name;
    },
    reboot: async (machine, signal) => {
      const before = await bootId(runOn, machine, signal);
      // 255: the connection went down with the machine.
      await runOn(machine, ["sudo", "systemctl", "reboot"], { signal, timeoutMs, accept: [0, 255] });
      // The command returns before the machine goes down.
      await untilBootedAgain(runOn, machine, before, signal);
    },
    freeze: (entry, bounds) => lasting(runOn, entry.machine, ["pause", effective(entry).name], bounds),
    freezeTask: async (machine, hostPort, bounds) => {
      const name = await containerOfTask(runOn, machine, hostPort, bounds.signal);
      return { name, ...(await lasting(runOn, machine, ["pause", name], bounds)) };
    },
    partition: (machine, bounds) => lasting(runOn, machine, ["cut", ...othersOf(lab, machine)], bounds),
    slow: (machine, bounds) => lasting(runOn, machine, ["slow", ...othersOf(lab, machine)], bounds),
    fill: (entry, bounds) =>
      lasting(runOn, entry.machine, ["full", effective(entry).name, slaveFolder], bounds),
    putBack: async (entry) => {
      const name = effective(entry).name;
      const { exitCode, stderr } = await runOn(entry.machine, ["sudo", "docker", "start", name], {
        timeoutMs,
        accept: "any",
      });
      return exitCode === 0
        ? undefined
        : `container ${name} on ${entry.machine.name} is not running: ${stderr.trim()}`;
    },
  };
}

/** The addresses of a machine's peers. */
function othersOf({ machines }: Lab, machine: Machine): readonly string[] {
  return machines.filter(({ name }) => name !== machine.name).map(({ ip }) => ip);
}

/** The container that publishes a task's port. */
async function containerOfTask(
  runOn: RunOn,
  machine: Machine,
  hostPort: number,
  signal: AbortSignal,
): Promise<string> {
  const list = ["sudo", "docker", "ps", "--filter", `publish=${hostPort}`, "--format", "{{.Names}}"];
  const { stdout } = await runOn(machine, list, { signal, timeoutMs });
  const [name] = stdout.split("\n").filter((line) => line.startsWith("mesos-"));
  if (name !== undefined) return name;
  throw new LabError(
    "nothing-to-break",
    `no container on ${machine.name} publishes the task's port ${hostPort}`,
    {
      details: [`docker ps said: ${stdout.trim() || "nothing"}`],
      remedy: [`npx mesos-lab ssh ${machine.name} -- docker ps`],
    },
  );
}

async function bootId(runOn: RunOn, machine: Machine, signal: AbortSignal): Promise<string> {
  const { stdout } = await runOn(machine, ["cat", "/proc/sys/kernel/random/boot_id"], {
    ...{ signal, timeoutMs: lookMs, killAfterMs: 1_000 },
  });
  return stdout.trim();
}

async function untilBootedAgain(
  runOn: RunOn,
  machine: Machine,
  before: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + bootMs;
  let seen = "it has not gone down";
  while (performance.now() < deadline) {
    await sleep(pauseMs, undefined, { signal });
    try {
      if ((await bootId(runOn, machine, signal)) !== before) return;
      seen = "it has not gone down";
    } catch (error) {
      if (signal.aborted) throw error;
      seen = error instanceof Error ? error.message : String(error);
    }
  }
  throw new LabError("break-not-undone", `${machine.name} has not booted again within ${bootMs / 1000} s`, {
    details: [`last seen: ${seen}`],
    remedy: ["npx mesos-lab status", "npx mesos-lab up"],
  });
}
