import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import type { VagrantLab } from "../lab/model.ts";
import { type LabFlags, parseLab } from "../lab/parse.ts";
import { onVagrant } from "../lab/runs.ts";
import { compareLock, differenceText, updateLock } from "../lock/compare.ts";
import { type Lock, parseLock } from "../lock/lock.ts";
import { readIfThere } from "../tools/files.ts";
import { isFor } from "./apply.ts";
import { bundleFault } from "./fault.ts";
import { labDifferences } from "./lab-file.ts";
import { type Manifest, manifestName, parts } from "./manifest.ts";

/** A bundle that is unpacked and found good, beside which nothing has been changed yet. */
export interface OpenBundle {
  readonly manifest: Manifest;
  /** Where its files lie for now. */
  readonly staging: string;
  /** As its lab file and the flags describe it. */
  readonly lab: VagrantLab;
  /** The lab file's text. */
  readonly text: string;
  /** The bundle's lock with what the one in this folder has besides. */
  readonly lock: Lock | undefined;
}

/**
 * Holds what was unpacked against itself, the flags and what lies in this folder.
 * @param labFile where the lab file is, or will be.
 * @throws LabError `usage` with every difference.
 */
export function openBundle(
  bundle: { readonly path: string; readonly manifest: Manifest; readonly staging: string },
  flags: LabFlags,
  labFile: string,
  lockFile: string,
): OpenBundle {
  const { path, manifest, staging } = bundle;
  const text = readFileSync(join(staging, parts.labFile), "utf8");
  const packed = reading(path, parts.labFile, () =>
    parseLab({ text, file: parts.labFile }, {}, manifest.provider),
  );
  const runs = onVagrant(packed)?.runs;
  const { name, version } = { ...manifest.box, ...runs?.box };
  if (!isFor(manifest, packed) || packed.name !== manifest.lab || version !== manifest.box.version)
    throw bundleFault(path, parts.labFile, `describes another lab than ${manifestName}`, {
      details: [`lab ${packed.name}, ${packed.stack}, ${runs?.provider}, box ${name} ${version}`],
    });
  const lab = parseLab({ text, file: parts.labFile }, flags, manifest.provider);
  // Where a machine is and how big: of what the bundle has, that changes nothing.
  const own = /^(?:name|machines\[\d+\]\.(?:ip|memory|cpus)):/;
  const words = { here: "the bundle has", there: "asked for is" };
  refuseDifferences(
    labDifferences(packed, lab, words).filter((text) => !own.test(text)),
    `the flags ask for another lab than ${path} has`,
    [
      "leave those flags out",
      "save a bundle of the other lab where there is a network: npx mesos-lab bundle save",
    ],
  );
  const here = readIfThere(labFile);
  if (here !== undefined)
    refuseDifferences(
      labDifferences(packed, parseLab({ text: here, file: labFile }, {}, manifest.provider), {
        here: "the bundle has",
        there: `${labFile} has`,
      }),
      `${labFile} describes another lab than ${path} has`,
      ["run this in an empty folder", `or move ${labFile} away`],
    );
  return { manifest, staging, lab: { ...lab, runs: packed.runs }, text, lock: lockOf(bundle, lockFile) };
}

/** @throws LabError `usage` where the two locks do not agree. */
function lockOf({ path, staging }: { path: string; staging: string }, lockFile: string): Lock | undefined {
  const packed = readIfThere(join(staging, parts.lock));
  const here = readIfThere(lockFile);
  if (packed === undefined) return here === undefined ? undefined : parseLock(here, lockFile);
  const lock = reading(path, parts.lock, () => parseLock(packed, parts.lock));
  if (here === undefined) return lock;
  const own = parseLock(here, lockFile);
  refuseDifferences(
    compareLock(own, lock).parts.map(differenceText),
    `${lockFile} is of another lab than ${path} has`,
    ["run this in an empty folder", `or move ${lockFile} away`],
  );
  return updateLock(lock, own);
}

/** What is wrong with a bundled file is told as such: nobody here can mend it. */
function reading<T>(bundle: string, file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw bundleFault(bundle, file, "is wrong", { details: [error.message, ...error.details] });
  }
}

function refuseDifferences(differences: readonly string[], message: string, remedy: readonly string[]): void {
  if (differences.length === 0) return;
  throw new LabError("bundle-of-another-lab", message, { details: differences, remedy });
}
