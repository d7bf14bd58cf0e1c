import { dirname, join } from "node:path";
import { knownByDigest } from "../../bundle/apply.ts";
import { LabError } from "../../errors.ts";
import type { Lab, VagrantLab } from "../../lab/model.ts";
import { onVagrant } from "../../lab/runs.ts";
import { boxKey } from "../../lock/apply.ts";
import { compareLock, type Difference, differenceText, updateLock } from "../../lock/compare.ts";
import { emptyLock, formatLock, type Lock, lockFileName, parseLock } from "../../lock/lock.ts";
import { toolVersions } from "../../preflight/programs.ts";
import { packageVersion, readIfThere, writeFiles } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { boxChecksum, installedBoxes, isFetchable, usedBox } from "../../tools/vagrant-box.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import { type Making, machinesFor, type Step } from "./making.ts";

/** The lock file of a lab: it lies beside the lab file. */
export function lockPath(labFile: string): string {
  return join(dirname(labFile), lockFileName);
}

/** The lock, or undefined where there is none. @throws LabError `usage` for a damaged one. */
export function readLock(path: string): Lock | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : parseLock(text, path);
}

/**
 * Compares the lock with all that is known before anything is changed; returns the tools that differ.
 * @param lab as the lab file describes it, without what the lock adds.
 * @throws LabError `usage` with every difference of what the lab would be made of.
 */
export async function holdToLock(lock: Lock, lab: Lab, path: string, signal: AbortSignal): Promise<string[]> {
  const machines = onVagrant(lab);
  const key = machines && boxKey(machines);
  const locked = key === undefined ? undefined : lock.boxes[key];
  const boxes =
    machines === undefined || locked === undefined
      ? {}
      : { [boxKey(machines)]: await boxNow(machines, locked) };
  const { parts, tools: otherTools } = compareLock(lock, { ...emptyLock, boxes, tools: await tools(signal) });
  if (parts.length > 0) throw differs(parts, path, "lock-would-differ");
  return otherTools.map(differenceText);
}

/** The box that Vagrant would make machines of; of one that it has yet to fetch only the version is known. */
async function boxNow(lab: VagrantLab, locked: Lock["boxes"][string]): Promise<Lock["boxes"][string]> {
  const installed = installedBoxes(lab);
  const version = lab.runs.box.version ?? locked.version;
  const box = installed.find((each) => each.version === version);
  if (box !== undefined) return { version, sha256: await boxChecksum(box) };
  const instead = lab.runs.box.version === undefined && !isFetchable(lab) ? installed.at(-1) : undefined;
  return { version: instead?.version ?? version, sha256: locked.sha256 };
}

/** Compares what the lab was really made of with the lock, and adds to the lock what it does not know yet. */
export const compareWithLock: Step = (making) => {
  const { images } = making;
  if (images === undefined) return [];
  const { lockFile: path, updateLock: update } = making.asked;
  const compare = async () => {
    const before = update ? undefined : readLock(path);
    const found = await foundParts(making, before, images);
    const { parts } = compareLock(before ?? emptyLock, found);
    if (parts.length > 0) throw differs(parts, path, "lock-differs");
    const lock = updateLock(before ?? emptyLock, found);
    const changed = writeFiles(dirname(path), [{ path: lockFileName, contents: formatLock(lock) }]);
    if (changed.length === 0) return "nothing differs";
    return before === undefined ? `${path} written: commit it` : `${path} has more in it: commit it`;
  };
  return [line(lineOf(making, "lock", `Compare with ${lockFileName}`), compare)];
};

/** The lock that a lab in the making is held to; none where it is written anew, or nothing could differ. */
export function lockOf(making: Making): Lock | undefined {
  const { bundle, updateLock: update, lockFile } = making.asked;
  if (update || machinesFor(making).parts === undefined) return undefined;
  return bundle === undefined ? readLock(lockFile) : bundle.lock;
}

/** What is new to the lock is looked at in full; what it knows only as far as that takes no time. */
async function foundParts(
  { lab, folder, signal }: Making,
  before: Lock | undefined,
  images: Lock["images"],
): Promise<Lock> {
  const machines = onVagrant(lab);
  const boxes = machines === undefined ? {} : await foundBox(machines, folder, before);
  const now = before === undefined ? await tools(signal) : {};
  const loaded = Object.entries(idsOf(lab)).filter(([image, id]) => images[image] === `id ${id}`);
  return {
    ...emptyLock,
    boxes,
    images: knownByDigest(images, lab),
    ids: Object.fromEntries(loaded),
    tools: now,
  };
}

/** What came out of what this host has fetched. */
export function idsOf({ fetched = {} }: Lab): Lock["ids"] {
  return Object.fromEntries(Object.entries(fetched).map(([image, { id }]) => [image, id]));
}

async function foundBox(
  lab: VagrantLab,
  folder: LabFolder,
  before: Lock | undefined,
): Promise<Lock["boxes"]> {
  const key = boxKey(lab);
  const box = usedBox(lab, folder);
  const known = before?.boxes[key];
  // Its files were compared before the machines were made of them.
  const sha256 = box === undefined || known?.version === box.version ? known?.sha256 : await boxChecksum(box);
  return box === undefined || sha256 === undefined ? {} : { [key]: { version: box.version, sha256 } };
}

async function tools(signal: AbortSignal): Promise<Lock["tools"]> {
  return { "mesos-lab": packageVersion(), ...(await toolVersions(signal)) };
}

export function differs(
  parts: readonly Difference[],
  path: string,
  id: "lock-would-differ" | "lock-differs",
): LabError {
  return new LabError(
    id,
    `this lab ${id === "lock-would-differ" ? "would differ" : "differs"} from ${path}`,
    {
      details: parts.map(differenceText),
      remedy: [
        "to have the locked lab: undo what changed it, in the lab file or on this host",
        "to have this one: npx mesos-lab create --update-lock",
      ],
    },
  );
}
