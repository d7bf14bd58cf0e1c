import { LabError } from "../../errors.ts";
import { type Entry, effective } from "../../lab/catalogue/container.ts";
import { entryOf } from "../../lab/catalogue/index.ts";
import { runInteractive } from "../../tools/exec.ts";
import { ssh, withTerminal } from "../../tools/ssh.ts";
import type { Access } from "../machines.ts";
import { type Fleet, runOn } from "./fleet.ts";
import { stoppedContainers } from "./stopped.ts";

/** Looks into services that are Docker containers. */
export function dockerAccess(fleet: Fleet): Access {
  const { lab, reach } = fleet;
  const on = runOn(fleet);
  return {
    shell: async (machine, argv) => runInteractive(ssh(reach(machine), argv)),
    logs: async ({ service, machine }, { follow, tail }) => {
      const entry = entryOf(lab, { service, machine });
      const flags = follow ? ["--follow"] : [];
      // What has no container is run by systemd, and writes into the machine's journal.
      const command =
        entry === undefined
          ? ["journalctl", "--no-pager", "-u", service, "-n", tail, ...flags]
          : ["docker", "logs", ...flags, "--tail", tail, nameOf(entry)];
      return runInteractive(ssh(reach(machine), ["sudo", ...command], follow ? withTerminal : []));
    },
    lastLines: async (entry, signal) => {
      const argv = ["sudo", "docker", "logs", "--tail", "20", nameOf(entry)];
      const bounds = { signal, timeoutMs: 15_000, killAfterMs: 1000 };
      const { exitCode, stdout, stderr } = await on(entry.machine, argv, { ...bounds, accept: "any" });
      // ssh's own exit code: what it says of a machine that it did not reach is not what the service printed.
      return exitCode === 255 ? "" : `${stdout}\n${stderr}`.trim();
    },
    stopped: (signal) => stoppedContainers(lab, on, signal),
    checkHaproxy: async (entry, config, signal) => {
      const argv = ["sudo", "docker", "exec", "-i", nameOf(entry), "haproxy", "-c", "-f", "/dev/stdin"];
      const { exitCode, stdout, stderr } = await on(entry.machine, argv, {
        signal,
        input: config,
        timeoutMs: 60_000,
        accept: "any",
      });
      const said = `${stdout}\n${stderr}`.trim();
      if (exitCode === 0 || exitCode === 1) return exitCode === 0 ? undefined : said;
      // Docker's and ssh's own exit codes: HAProxy was never asked.
      throw new LabError(
        "haproxy-not-asked",
        `HAProxy in ${nameOf(entry)} on ${entry.machine.name} could not be asked`,
        {
          details: [said || `exit code ${exitCode}`],
          remedy: ["npx mesos-lab status", `npx mesos-lab logs ${entry.service}`],
        },
      );
    },
  };
}

function nameOf(entry: Entry): string {
  return effective(entry).name;
}
