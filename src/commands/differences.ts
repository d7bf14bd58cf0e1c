import { labDifferences } from "../bundle/lab-file.ts";
import { LabError } from "../errors.ts";
import { changesEnsemble, growthLines, withLeaving } from "../lab/growth.ts";
import { type Lab, machinesWith } from "../lab/model.ts";
import { onVagrant, withBox } from "../lab/runs.ts";
import { madeOn } from "../machines/index.ts";
import type { LabFolder } from "../tools/lab-folder.ts";

/** What a change means for a lab that is there, by where it is in the lab file. The first that fits is told. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^box\./, "machines that are there keep the box that they were made of"],
  [/\.(?:memory|cpus)$/, "a machine that runs heeds it after a restart: npx mesos-lab halt, then up"],
  [/\.ip$/, "a machine that runs heeds it after `vagrant reload`; its containers are made anew"],
  [/^(?:machines|images|ports)\b/, "the containers that it concerns are made anew"],
];

/**
 * Where a lab is no longer described as it was made, a line each with what that means. Said before anything is changed.
 * @param lab as it is on this host.
 * @throws LabError `usage` where the change would need another lab.
 */
export function madeDifferences(lab: Lab, folder: LabFolder): readonly string[] {
  const before = madeOn(folder) === undefined ? undefined : folder.recordedIfWhole();
  if (before === undefined) return [];
  if (before.stack !== lab.stack) throw otherStack(before, lab);
  if (before.mesos?.zk !== lab.mesos?.zk) throw otherMesos(before, lab);
  if (changesEnsemble(before, lab)) throw otherEnsemble(before, lab);
  return labDifferences(withMachinesOf(before, lab), withMachinesOf(withMadeVersion(lab, before), before), {
    here: "it was made with",
    there: "now it is",
  }).map((difference) => {
    const path = difference.slice(0, difference.indexOf(":"));
    const meaning = meanings.find(([pattern]) => pattern.test(path))?.[1];
    return meaning === undefined ? difference : `${difference} (${meaning})`;
  });
}

/** What making the lab would change of one that is there: what is added, restarted and why, removed. A line each. */
export function madeGrowth(lab: Lab, folder: LabFolder): readonly string[] {
  const before = madeOn(folder) === undefined ? undefined : folder.recordedIfWhole();
  return before === undefined ? [] : growthLines(withLeaving(before, folder.leaving()), lab);
}

/** As far as it has machines of the other one: those that come or go are told in lines of their own. */
function withMachinesOf(lab: Lab, other: Lab): Lab {
  const names = new Set(other.machines.map(({ name }) => name));
  const machines = lab.machines
    .filter(({ name }) => names.has(name))
    .map(({ slaveNumber: _, ...machine }) => machine)
    .sort((a, b) => a.name.localeCompare(b.name));
  return { ...lab, machines };
}

function otherEnsemble(before: Lab, now: Lab): LabError {
  const servers = (lab: Lab) =>
    machinesWith(lab, "zookeeper")
      .map(({ name }) => name)
      .join(", ");
  return new LabError(
    "lab-is-of-another-kind",
    `the ZooKeeper servers of lab "${now.name}" are ${servers(before)}, and asked for are ${servers(now)}`,
    {
      details: ["an ensemble that has data keeps its members: nothing was changed"],
      remedy: [
        "leave zookeeper where it is in the lab file; masters, Marathons and slaves may come and go",
        `or make it anew: npx mesos-lab destroy --name ${now.name}, then create`,
      ],
    },
  );
}

/** Who names no version of a box has that of the lock or the bundle of which the lab was made. */
function withMadeVersion(lab: Lab, before: Lab): Lab {
  const [box, made] = [onVagrant(lab)?.runs.box, onVagrant(before)?.runs.box];
  const same = box !== undefined && box.name === made?.name && box.version === undefined;
  return same ? withBox(lab, { ...box, ...(made.version !== undefined && { version: made.version }) }) : lab;
}

function otherMesos(before: Lab, lab: Lab): LabError {
  const words = ({ mesos }: Lab) => (mesos === undefined ? "a Mesos of its own" : `the Mesos at ${mesos.zk}`);
  return new LabError(
    "lab-is-of-another-kind",
    `lab "${lab.name}" is on ${words(before)}, and asked for is ${words(lab)}`,
    {
      details: [
        "its Marathon is known to the one Mesos, and its tasks run there: the other one is another lab",
      ],
      remedy: [`npx mesos-lab destroy --name ${lab.name}`, "--name <another>"],
    },
  );
}

function otherStack(before: Lab, { name, stack }: Lab): LabError {
  return new LabError(
    "lab-is-of-another-kind",
    `lab "${name}" is of the stack ${before.stack}, and asked for is ${stack}`,
    {
      details: ["its machines, images and data are of the one stack: the other one is another lab"],
      remedy: [`npx mesos-lab destroy --name ${name}`, "--name <another>"],
    },
  );
}
