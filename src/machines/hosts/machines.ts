import { LabError } from "../../errors.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { onHosts } from "../../lab/runs.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { afterAnsible } from "../docker-ssh/ansible-at-work.ts";
import { type Fleet, runOn } from "../docker-ssh/fleet.ts";
import { dockerSsh } from "../docker-ssh/machines.ts";
import type { Breaks, Machines } from "../machines.ts";
import { halting, starting } from "./containers.ts";
import { type OnHost, onEveryHost } from "./every-host.ts";
import { examineHosts, planForHosts } from "./examine.ts";
import { hostFiles, labMark, madeLabMark, reachOf, withPassingFiles, writeConfig } from "./files.ts";
import { lookAtHosts } from "./look.ts";
import { farewell, removing } from "./remove.ts";
import { stateOf } from "./state.ts";
import { taking } from "./take.ts";

/** Machines that are there already and belong to somebody: over SSH, set up by Ansible, left as they were. */
export function hostsMachines(lab: HostsLab, folder: LabFolder): Machines {
  const files = hostFiles(folder);
  const fleet: Fleet = { lab, folder, reach: (machine) => madeReach(lab, folder, machine) };
  const on = runOn(fleet);
  const { parts, breaks, ...common } = dockerSsh(fleet);
  const { name } = lab;

  /** The lab's own ssh configuration does not know them any more. */
  const releasing =
    (left: HostsLab, mark: string, signal: AbortSignal): OnHost =>
    (machine, say) =>
      withPassingFiles(files, async (passing) => {
        writeConfig(left, passing);
        const there = runOn({ lab: left, folder, reach: (each) => reachOf(left, passing, each) });
        return removing(there, mark, { withDocker: false, forget: [] }, signal)(machine, say);
      });

  const states = (signal: AbortSignal) =>
    withPassingFiles(files, async (passing) => {
      const sights = await lookAtHosts(lab, passing, signal);
      return new Map(sights.map((sight) => [sight.machine.name, stateOf(lab, sight, labMark(files))]));
    });

  return {
    words: "hosts over SSH",
    examining: {
      title: `Look at this host and the lab's ${lab.machines.length}`,
      refused: "no host was changed",
    },
    examine: (wanted, signal) => examineHosts({ lab, folder }, wanted, signal),
    plan: (signal) => planForHosts({ lab, folder }, signal),
    settle: async () => {
      refuseOtherHosts(lab, folder);
      return { lab, notes: [], byHand: () => [] };
    },
    running: async () => {
      if (labMark(files) === undefined) return false;
      const all = await states(AbortSignal.timeout(runningMs));
      return [...all.values()].every((state) => state === "running");
    },
    states,
    boot: (progress, { again }) => {
      if (again) for (const machine of lab.machines) madeReach(lab, folder, machine);
      writeConfig(lab, files);
      const { signal } = progress;
      return onEveryHost(lab, progress, {
        step: "boot",
        title: again ? "Start the lab's containers" : "Take the hosts for this lab",
        failed: again ? "the lab did not start on" : "the lab could not take",
        remedy: () => ["npx mesos-lab status"],
        work: again
          ? starting(lab, on, signal)
          : taking({ lab, folder, files }, on, madeLabMark(files), signal),
      });
    },
    halt: (progress) =>
      onEveryHost(lab, progress, {
        step: "halt",
        title: "Stop the lab's containers",
        failed: "the lab could not be stopped on",
        remedy: () => [`npx mesos-lab halt --name ${name}`],
        work: halting(lab, on, progress.signal),
      }),
    release: (progress, leaving) => {
      const left = onHosts(leaving) ?? { ...lab, machines: [] };
      const mark = labMark(files);
      return onEveryHost(left, progress, {
        step: "release",
        title: "Remove the lab from the hosts that leave it",
        failed: "the lab could not be removed from",
        remedy: (failed) => [
          "npx mesos-lab create (again, when the host answers; the lab itself is as it is described)",
          `npx mesos-lab destroy --name ${name} ${failed.map((each) => `--forget ${each.name}`).join(" ")} (the whole lab, where it is gone for ever)`,
        ],
        work: mark === undefined ? async () => "never taken" : releasing(left, mark, progress.signal),
      });
    },
    destroy: (progress, how) => {
      writeConfig(lab, files);
      const mark = labMark(files);
      const task = onEveryHost(lab, progress, {
        step: "destroy",
        title: "Remove the lab from its hosts",
        failed: "the lab could not be removed from",
        remedy: (failed) => [
          `npx mesos-lab destroy --name ${name} (again, when the host answers; the others are done)`,
          `npx mesos-lab destroy --name ${name} ${failed.map((each) => `--forget ${each.name}`).join(" ")} (what is gone for ever)`,
        ],
        work: mark === undefined ? async () => "never taken" : removing(on, mark, how, progress.signal),
      });
      const takes = mark === undefined ? {} : { takes: farewell(lab, how) };
      return { loses: [], ...takes, task: afterAnsible(folder, task) };
    },
    ...common,
    parts: {
      ...parts,
      place: async () => {
        writeConfig(lab, files);
        await parts.place();
      },
    },
    breaks: lab.runs.reboot ? breaks : { ...breaks, reboot: refusedReboot },
  };
}

/** Longer than any host takes to answer, or to be given up. */
const runningMs = 180_000;

function madeReach(lab: HostsLab, folder: LabFolder, machine: Machine) {
  const files = hostFiles(folder);
  if (labMark(files) !== undefined) return reachOf(lab, files, machine);
  throw new LabError("lab-not-made", `lab "${lab.name}" has not been made yet`, {
    remedy: ["npx mesos-lab create"],
  });
}

/**
 * A machine whose address is another is another host: what was put on the one of before would stay there.
 * @throws LabError `usage` that names such hosts.
 */
function refuseOtherHosts(lab: HostsLab, folder: LabFolder): void {
  if (labMark(hostFiles(folder)) === undefined) return;
  const before = folder.recordedIfWhole()?.machines ?? [];
  const moved = lab.machines.filter(({ name, ip }) =>
    before.some((each) => each.name === name && each.ip !== ip),
  );
  if (moved.length === 0) return;
  throw new LabError(
    "machines-would-be-lost",
    `lab "${lab.name}" has other hosts under these names: ${moved.map(({ name }) => name).join(", ")}`,
    {
      details: ["their addresses differ, and what was put on the hosts of before would stay there"],
      remedy: [
        "give a new host a name of its own in the lab file, and take the old one out",
        `or remove the lab first: npx mesos-lab destroy --name ${lab.name}`,
      ],
    },
  );
}

const refusedReboot: Breaks["reboot"] = async ({ name }) => {
  throw new LabError(
    "reboot-not-allowed",
    `${name} is somebody's machine, and the lab file does not allow drills to reboot it`,
    {
      remedy: ["allow it in the lab file (drills: {reboot: true}), then npx mesos-lab create"],
    },
  );
};
