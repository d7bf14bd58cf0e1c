import { LabError } from "../../errors.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import type { RunOn } from "../docker-ssh/fleet.ts";
import { undoLasting } from "../docker-ssh/lasting.ts";
import type { OnHost } from "./every-host.ts";

/** Long enough for ten seconds a container, and for a host that is busy. */
const timeoutMs = 300_000;

/** Starts the lab's containers on a host, as far as they do not run, in the order in which they were made. */
export function starting(lab: HostsLab, on: RunOn, signal: AbortSignal): OnHost {
  return async (machine) => {
    await undoLasting(on, machine);
    const { containers, units } = broughtTo(lab, machine);
    const there = await names(on, machine, ["--all"], signal);
    const missing = containers.filter((name) => !there.includes(name));
    if (missing.length > 0)
      throw new LabError("containers-missing", `${machine.name} has no ${missing.join(", ")} to start`, {
        remedy: ["npx mesos-lab create"],
      });
    await on(machine, ["sudo", "docker", "start", ...containers], { signal, timeoutMs });
    if (units.length > 0) await on(machine, ["sudo", "systemctl", "start", ...bridge], { signal, timeoutMs });
    return undefined;
  };
}

/**
 * Stops the lab's containers on a host, its tasks' among them. They stay stopped when the host boots.
 * The slave goes first, so that it does not start tasks anew.
 */
export function halting(lab: HostsLab, on: RunOn, signal: AbortSignal): OnHost {
  return async (machine) => {
    await undoLasting(on, machine);
    const { containers, units } = broughtTo(lab, machine);
    if (units.length > 0) await on(machine, ["sudo", "systemctl", "stop", ...bridge], { signal, timeoutMs });
    const stop = async (some: readonly string[]) => {
      if (some.length > 0) await on(machine, ["sudo", "docker", "stop", ...some], { signal, timeoutMs });
    };
    const running = await names(on, machine, [], signal);
    const own = containers.toReversed().filter((name) => running.includes(name));
    await stop(own);
    const tasks = machine.services.includes("mesos-slave")
      ? (await names(on, machine, ["--filter", "name=^mesos-"], signal)).filter((name) => name !== "")
      : [];
    await stop(tasks);
    return own.length + tasks.length === 0
      ? "nothing to stop"
      : `${own.length + tasks.length} containers stopped`;
  };
}

const bridge = ["haproxy-marathon-bridge.timer", "haproxy.service"];

async function names(on: RunOn, machine: Machine, flags: readonly string[], signal: AbortSignal) {
  const argv = ["sudo", "docker", "ps", ...flags, "--format", "{{.Names}}"];
  const { stdout } = await on(machine, argv, { signal, timeoutMs });
  return stdout.split("\n").filter((name) => name !== "");
}
