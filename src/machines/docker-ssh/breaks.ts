import { exitCodes, LabError } from "../../errors.ts";
import { effective } from "../../lab/catalogue/container.ts";
import type { Breaks } from "../machines.ts";
import type { RunOn } from "./fleet.ts";

/** A machine under software emulation needs seconds for each of these. */
const timeoutMs = 120_000;

/** Breaks of a lab whose services are Docker containers on machines that SSH reaches. */
export function dockerBreaks(runOn: RunOn): Breaks {
  return {
    local: false,
    restart: async (entry, signal) => {
      await runOn(entry.machine, ["sudo", "docker", "restart", effective(entry).name], { signal, timeoutMs });
    },
    removeTask: async (machine, hostPort, signal) => {
      const list = ["sudo", "docker", "ps", "--filter", `publish=${hostPort}`, "--format", "{{.Names}}"];
      const { stdout } = await runOn(machine, list, { signal, timeoutMs });
      const [name] = stdout.split("\n").filter((line) => line.startsWith("mesos-"));
      if (name === undefined)
        throw new LabError(`no container on ${machine.name} publishes the task's port ${hostPort}`, {
          exitCode: exitCodes.tool,
          details: [`docker ps said: ${stdout.trim() || "nothing"}`],
          remedy: [`npx mesos-lab ssh ${machine.name} -- docker ps`],
        });
      await runOn(machine, ["sudo", "docker", "rm", "--force", name], { signal, timeoutMs });
      return name;
    },
    reboot: async (machine, signal) => {
      // 255: the connection went down with the machine.
      await runOn(machine, ["sudo", "systemctl", "reboot"], { signal, timeoutMs, accept: [0, 255] });
    },
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
