import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { applyBundle, isFor } from "../bundle/apply.ts";
import { megabytes } from "../bundle/copy.ts";
import { bundleFault } from "../bundle/fault.ts";
import { labDifferences } from "../bundle/lab-file.ts";
import { formatManifest, type Manifest, manifestName, parseManifest, parts } from "../bundle/manifest.ts";
import { readManifest, unpackBundle } from "../bundle/read.ts";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { type LabFlags, parseLab } from "../lab/parse.ts";
import { compareLock, differenceText, updateLock } from "../lock/compare.ts";
import { formatLock, type Lock, lockFileName, parseLock } from "../lock/lock.ts";
import { readIfThere, writeFiles } from "../tools/files.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { addBox, installedBoxes } from "../tools/vagrant-box.ts";
import { line, type Task } from "../ui/tasks.ts";
import { lineOf, type Run } from "./run.ts";

/** A bundle that is unpacked and found good, beside which nothing has been changed yet. */
export interface OpenBundle {
  readonly manifest: Manifest;
  /** Where its files lie for now. */
  readonly staging: string;
  /** As its lab file and the flags describe it. */
  readonly lab: Lab;
  /** The lab file's text. */
  readonly text: string;
  /** The bundle's lock with what the one in this folder has besides. */
  readonly lock: Lock | undefined;
}

const folderName = "bundle";

/** @throws LabError `usage` for a bundle that is damaged or for another kind of host. */
export async function bundleForHere(path: string): Promise<Manifest> {
  const manifest = await readManifest(path);
  if (manifest.architecture === process.arch) return manifest;
  throw bundleFault(path, parts.box, `is for ${manifest.architecture}, and this host is ${process.arch}`, {
    remedy: ["save one on a host of this kind: npx mesos-lab bundle save FILE"],
  });
}

/** Unpacks a bundle beside the lab's own files, works with it, and leaves nothing but what was taken of it. */
export async function withStagedBundle<T>(
  folder: LabFolder,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  const staging = folder.file(`${folderName}.part`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    return await work(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
    folder.removeIfEmpty();
  }
}

/** Checks every byte of the bundle while unpacking it. */
export function unpackTask(
  path: string,
  staging: string,
  context: Pick<Run, "signal" | "emit" | "display">,
): Task {
  const { signal, ...shown } = context;
  return line({ step: "bundle", title: `Check and unpack ${path}`, ...shown }, async (say) => {
    const { files } = await unpackBundle(path, staging, { signal, onProgress: say });
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return `${files.length} files, ${megabytes(size)} MB`;
  });
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
  const { name, version } = { ...manifest.box, ...packed.box };
  if (
    !isFor(manifest, packed) ||
    packed.name !== manifest.lab ||
    version !== manifest.box.version ||
    packed.embedded
  )
    throw bundleFault(path, parts.labFile, `describes another lab than ${manifestName}`, {
      details: [`lab ${packed.name}, ${packed.stack}, ${packed.provider}, box ${name} ${version}`],
    });
  const lab = parseLab({ text, file: parts.labFile }, flags, manifest.provider);
  // Where a machine is and how big: of what the bundle has, that changes nothing.
  const own = /^(?:name|machines\[\d+\]\.(?:ip|memory|cpus)):/;
  const words = { here: "the bundle has", there: "asked for is" };
  refuseDifferences(
    [
      ...labDifferences(packed, lab, words).filter((text) => !own.test(text)),
      ...(lab.embedded === undefined ? [] : ["machines: the bundle has virtual ones, asked for is embedded"]),
    ],
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
  return { manifest, staging, lab, text, lock: lockOf(bundle, lockFile) };
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
  throw new LabError(message, { exitCode: exitCodes.usage, details: differences, remedy });
}

/** Makes the bundle's parts this host's: the box Vagrant's, lab file and lock the folder's, the rest the lab's. */
export function takeTask(run: Run, { manifest, staging, text, lock }: OpenBundle, labFile: string): Task {
  return line(lineOf(run, "box", `Take the box ${manifest.box.name} ${manifest.box.version}`), async () => {
    const box = { ...manifest.box, provider: manifest.provider };
    const file = join(staging, parts.box);
    const there = installedBoxes(run.lab).some(({ version }) => version === box.version);
    if (!there) await addBox(box, file, run.signal, run.folder.freshLog("box"));
    for (const used of [file, `${file}.json`, join(staging, parts.labFile), join(staging, parts.lock)])
      await rm(used, { force: true });
    writeFiles(staging, [{ path: manifestName, contents: formatManifest(manifest) }]);
    const kept = run.folder.file(folderName);
    await rm(kept, { recursive: true, force: true });
    await rename(staging, kept);
    if (!existsSync(labFile)) writeFiles(".", [{ path: labFile, contents: text }]);
    if (lock !== undefined) writeFiles(".", [{ path: lockFileName, contents: formatLock(lock) }]);
    return there ? "Vagrant has it already" : undefined;
  });
}

/** The lab with what an earlier `create --bundle` has left in its folder, as far as that is of the same lab. */
export function withOwnBundle(lab: Lab, folder: LabFolder): Lab {
  const path = folder.file(folderName, manifestName);
  const text = readIfThere(path);
  if (text === undefined) return lab;
  const manifest = parseManifest(text, folder.file(folderName));
  return isFor(manifest, lab) ? applyBundle(lab, manifest) : lab;
}
