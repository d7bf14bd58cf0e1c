import { existsSync } from "node:fs";
import { exitCodes, LabError } from "../../errors.ts";
import { type Entry, effective } from "../../lab/catalogue/container.ts";
import { entryOf } from "../../lab/catalogue/index.ts";
import type { Lab, Machine } from "../../lab/model.ts";
import { type RunOptions, type RunResult, run, runInteractive } from "../../tools/exec.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { ssh } from "../../tools/ssh.ts";
import { parseStatus, vagrantDestroy, vagrantHalt, vagrantStatus } from "../../tools/vagrant.ts";
import { vagrantBreaks } from "../docker-ssh/breaks.ts";
import { bringPlaybooks, siteInGuest } from "../docker-ssh/guest.ts";
import { imagesOnMachines } from "../docker-ssh/images.ts";
import { partsOfMachines } from "../docker-ssh/parts.ts";
import { provision, siteOnHost } from "../docker-ssh/provision.ts";
import type { Machines } from "../machines.ts";
import type { Run } from "../run.ts";
import { boot, machinesAnswer } from "./boot.ts";
import { checkHost, checkProvisioning, settleEmulation } from "./preflight.ts";

/** Runs one program on a machine over SSH, without a terminal. */
export type RunOn = (machine: Machine, argv: readonly string[], options: RunOptions) => Promise<RunResult>;

/** Real machines, made by Vagrant and set up by Ansible. */
export function vagrantMachines(lab: Lab, folder: LabFolder): Machines {
  const runOn: RunOn = (machine, argv, options) =>
    run(ssh(folder.path, lab, reachable(lab, folder, machine), argv), options);
  const vagrantRun =
    (command: ReturnType<typeof vagrantHalt>, step: string) =>
    async (start: Run, say: (text: string) => void) => {
      await run(command, { signal: start.signal, logFile: folder.freshLog(step), onLine: say });
    };
  const lastLines: Machines["lastLines"] = async (entry, signal) => {
    const argv = ["sudo", "docker", "logs", "--tail", "20", nameOf(entry)];
    const bounds = { signal, timeoutMs: 15_000, killAfterMs: 1000 };
    const { exitCode, stdout, stderr } = await runOn(entry.machine, argv, { ...bounds, accept: "any" });
    // ssh's own exit code: what it says of a machine that it did not reach is not what the service printed.
    return exitCode === 255 ? "" : `${stdout}\n${stderr}`.trim();
  };
  return {
    words: `Vagrant with ${lab.provider}`,
    running: () => machinesAnswer({ lab, folder }),
    preflight: async (running, signal, wish) => {
      const choice = await (running
        ? checkProvisioning({ lab, signal }, wish)
        : checkHost({ lab, folder, signal }, wish));
      const settled = running ? lab : await settleEmulation(lab, signal);
      const emulated = !running && settled.emulation ? inSoftware : undefined;
      const notes = [running ? "the machines are running" : emulated, choice.note];
      const note = notes.filter((each) => each !== undefined).join("; ");
      return { lab: settled, ansible: choice.place, ...(note !== "" && { note }) };
    },
    startTasks: (start, running) => [
      boot(start, running),
      ...(start.ansible === "guest"
        ? [bringPlaybooks(start), provision(start, lastLines, () => siteInGuest(start))]
        : [provision(start, lastLines, () => siteOnHost(start))]),
    ],
    resumeTasks: (start, running) => {
      // One that was never made has to be set up as well, which is what `create` does.
      for (const machine of lab.machines) reachable(lab, folder, machine);
      return [boot(start, running)];
    },
    states: async (signal) => {
      if (!isInstalled("vagrant"))
        return new Map(lab.machines.map(({ name }) => [name, "unknown: Vagrant is not installed"]));
      try {
        const { stdout } = await run(vagrantStatus(folder.path), { signal, timeoutMs: 120_000 });
        return parseStatus(stdout);
      } catch (error) {
        if (!(error instanceof LabError) || error.exitCode === exitCodes.interrupted) throw error;
        return new Map(lab.machines.map(({ name }) => [name, `unknown: ${error.message}`]));
      }
    },
    halt: vagrantRun(vagrantHalt(folder.path), "halt"),
    destroy: async (start, say) => {
      // Nothing to ask Vagrant about a lab that was only rendered.
      if (existsSync(folder.file(".vagrant")))
        await vagrantRun(vagrantDestroy(folder.path), "destroy")(start, say);
    },
    shell: (machine, argv) => runInteractive(ssh(folder.path, lab, reachable(lab, folder, machine), argv)),
    logs: ({ service, machine }, { follow, tail }) => {
      const entry = entryOf(lab, { service, machine });
      const flags = follow ? ["--follow"] : [];
      // What has no container is run by systemd, and writes into the machine's journal.
      const command =
        entry === undefined
          ? ["journalctl", "--no-pager", "-u", service, "-n", tail, ...flags]
          : ["docker", "logs", ...flags, "--tail", tail, nameOf(entry)];
      const argv = ["sudo", ...command];
      return runInteractive(ssh(folder.path, lab, reachable(lab, folder, machine), argv, follow));
    },
    lastLines,
    checkHaproxy: async (entry, config, signal) => {
      const argv = ["sudo", "docker", "exec", "-i", nameOf(entry), "haproxy", "-c", "-f", "/dev/stdin"];
      const { exitCode, stdout, stderr } = await runOn(entry.machine, argv, {
        signal,
        input: config,
        timeoutMs: 60_000,
        accept: "any",
      });
      return exitCode === 0 ? undefined : `${stdout}\n${stderr}`.trim();
    },
    images: (signal) => imagesOnMachines(lab, runOn, signal),
    parts: (wanted, into) => partsOfMachines(lab, runOn, wanted, into),
    breaks: vagrantBreaks(runOn),
  };
}

const inSoftware = "no guest starts under KVM: QEMU will run the machines in software, slowly";

function nameOf(entry: Entry): string {
  return effective(entry).name;
}

function reachable(lab: Lab, folder: LabFolder, machine: Machine): Machine {
  if (existsSync(folder.file(".vagrant", "machines", machine.name, lab.provider, "private_key")))
    return machine;
  throw new LabError(`machine "${machine.name}" has not been made yet`, {
    exitCode: exitCodes.usage,
    remedy: ["npx mesos-lab create"],
  });
}
