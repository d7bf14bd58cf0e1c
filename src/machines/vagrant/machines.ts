import { existsSync } from "node:fs";
import { exitCodes, LabError } from "../../errors.ts";
import type { Machine, VagrantLab } from "../../lab/model.ts";
import { checkHere } from "../../preflight/problem.ts";
import { renderLab } from "../../render/lab.ts";
import { ansiblePlaybook } from "../../tools/ansible.ts";
import { type Command, pretty, run } from "../../tools/exec.ts";
import { readTemplates } from "../../tools/files.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { type OwnKey, reachWithKey } from "../../tools/ssh.ts";
import { parseStatus, vagrantDestroy, vagrantHalt, vagrantStatus, vagrantUp } from "../../tools/vagrant.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { afterAnsible } from "../docker-ssh/ansible-at-work.ts";
import { dockerSsh } from "../docker-ssh/machines.ts";
import type { Machines } from "../machines.ts";
import { boot, machinesAnswer } from "./boot.ts";
import { awaitOrphan, endOrphan, orphanWords, runVagrant } from "./child.ts";
import { refuseOrphans } from "./orphans.ts";
import { examineHost, settleEmulation } from "./preflight.ts";
import { inShares } from "./shares.ts";
import { vagrantSnapshots } from "./snapshots.ts";

/** Virtual machines, made by Vagrant and set up by Ansible. */
export function vagrantMachines(lab: VagrantLab, folder: LabFolder): Machines {
  const keyOf = (machine: Machine) => ownKey(lab, folder, machine);
  const reach = (machine: Machine) => reachWithKey("vagrant", machine.ip, keyOf(machine));
  const common = dockerSsh({ lab, folder, reach, keyOf });
  const stop = (
    progress: Progress,
    step: string,
    title: string,
    clearWay: typeof awaitOrphan,
    commands: readonly Command[],
  ): Task =>
    line(lineOf(progress, step, title), async (say) => {
      const logFile = folder.freshLog(step);
      await clearWay(folder, progress.signal, say);
      await runVagrant(commands, folder, { signal: progress.signal, logFile, onLine: say });
      return undefined;
    });
  return {
    words: `Vagrant with ${lab.runs.provider}`,
    examining: checkHere,
    examine: (wanted, signal) => examineHost(lab, folder, wanted, signal),
    settle: async (signal) => {
      refuseOrphans(lab, folder);
      const settled = await settleEmulation(lab, folder, signal);
      return {
        lab: settled,
        notes: settled.runs.emulation ? [inSoftware] : [],
        byHand: (ansible) => commands(lab, folder, ansible),
      };
    },
    // Machines that a Vagrant of an earlier run is about to shut down answer for a while.
    running: async () => orphanWords(folder) === undefined && (await machinesAnswer({ lab, folder })),
    states: (signal) => states(lab, folder, signal),
    leftAtWork: () => orphanWords(folder),
    boot: (progress, { running, again }) => {
      // One that was never made has to be set up as well, which is what `create` does.
      if (again) for (const machine of lab.machines) reach(machine);
      return boot({ lab, folder, ...progress }, running);
    },
    ...common,
    reset: (progress, how) => [
      boot({ lab, folder, ...progress }, how.running),
      ...common.reset(progress, how),
    ],
    halt: (progress) =>
      stop(
        progress,
        "halt",
        "Shut the machines down",
        awaitOrphan,
        inShares(lab, (names) => vagrantHalt(folder.path, names)),
      ),
    // What such a lab has is not all in its machines.
    ...(lab.mesos === undefined && { snapshots: vagrantSnapshots({ lab, folder, reach }) }),
    // Machines that the Vagrantfile would not have any more are refused before anything is done.
    release: (progress) => line(lineOf(progress, "release", "Nothing to release"), async () => undefined),
    destroy: (progress) => {
      // Nothing to ask Vagrant about a lab that was only rendered.
      const made = existsSync(folder.file(".vagrant"));
      // Without a Vagrantfile Vagrant would not find its machines again.
      if (made && !existsSync(folder.file("Vagrantfile")))
        folder.write(lab, renderLab(lab, readTemplates()), folder.recordedFlags());
      const commands = made ? [vagrantDestroy(folder.path)] : [];
      const endFirst: typeof awaitOrphan = (_, __, say) => endOrphan(folder, say);
      return {
        loses: folder.madeMachines().map(({ name }) => name),
        task: afterAnsible(folder, stop(progress, "destroy", "Destroy the machines", endFirst, commands)),
      };
    },
  };
}

const inSoftware = "no guest starts under KVM: QEMU will run the machines in software, slowly";

async function states(lab: VagrantLab, folder: LabFolder, signal: AbortSignal) {
  const all = (state: string) => new Map(lab.machines.map(({ name }) => [name, state]));
  if (!isInstalled("vagrant")) return all("unknown: Vagrant is not installed");
  try {
    const { stdout } = await run(vagrantStatus(folder.path), { signal, timeoutMs: 120_000 });
    return parseStatus(stdout);
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode === exitCodes.interrupted) throw error;
    return all(`unknown: ${error.message}`);
  }
}

/** What `create` would run after rendering. From inside a machine, playbooks are run by the tool alone. */
function commands(lab: VagrantLab, folder: LabFolder, ansible: "host" | "guest"): readonly string[] {
  const up = pretty(vagrantUp(folder.path, lab.runs.provider));
  return ansible === "host" ? [up, pretty(ansiblePlaybook(folder.path))] : [up];
}

function ownKey(lab: VagrantLab, folder: LabFolder, { name }: Machine): OwnKey {
  const own = [".vagrant", "machines", name, lab.runs.provider];
  const key = folder.file(...own, "private_key");
  if (existsSync(key)) return { key, knownHosts: folder.file(...own, "known_hosts") };
  throw new LabError("lab-not-made", `machine "${name}" has not been made yet`, {
    remedy: ["npx mesos-lab create"],
  });
}
