import type { Machine, VagrantLab } from "../../lab/model.ts";
import { slowness } from "../../lab/runs.ts";
import { readTemplates } from "../../tools/files.ts";
import { vagrantGoBack, vagrantKeep } from "../../tools/vagrant.ts";
import { endAnsible } from "../docker-ssh/ansible-at-work.ts";
import { type Fleet, runOn } from "../docker-ssh/fleet.ts";
import type { Saying, Snapshots } from "../machines.ts";
import { awaitOrphan, runVagrant } from "./child.ts";
import { inShares } from "./shares.ts";

/** As `vagrant snapshot list` shows it. */
const name = "mesos-lab-fresh";
/** For the first words after it went on. */
const answerMs = 60_000;

/** Snapshots of running machines, memory and all: the services in them need not start again. */
export function vagrantSnapshots(fleet: Fleet & { readonly lab: VagrantLab }): Snapshots {
  const { lab, folder } = fleet;
  const on = runOn(fleet);
  const greet = (machine: Machine, signal: AbortSignal) => {
    const script = readTemplates().get("guest/return.sh") as string;
    const others = lab.machines.filter((each) => each !== machine).map(({ ip }) => ip);
    const now = String(Math.round(Date.now() / 1000));
    const options = { signal, timeoutMs: answerMs * slowness(lab) };
    return on(machine, ["sudo", "sh", "-c", script, "return", now, ...others], options);
  };
  const vagrant = async (step: string, command: typeof vagrantKeep, { say, signal }: Saying) => {
    await awaitOrphan(folder, signal, say);
    // Its connections would be part of the snapshot, or be to a machine of another moment.
    await endAnsible(folder);
    const commands = inShares(lab, (names) => command(folder.path, names, name));
    await runVagrant(commands, folder, { signal, logFile: folder.freshLog(step), onLine: say });
  };
  return {
    keep: (work) => vagrant("snapshot", vagrantKeep, work),
    goBack: async (work) => {
      await vagrant("restore", vagrantGoBack, work);
      await Promise.all(lab.machines.map((machine) => greet(machine, work.signal)));
    },
  };
}
