import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { applyBundle, isFor } from "../../bundle/apply.ts";
import { bundleFault } from "../../bundle/fault.ts";
import {
  bundleFolder,
  formatManifest,
  type Manifest,
  manifestName,
  parseManifest,
  parts,
} from "../../bundle/manifest.ts";
import { readManifest, unpackBundle } from "../../bundle/read.ts";
import { labFileName } from "../../lab/defaults.ts";
import type { Lab } from "../../lab/model.ts";
import { formatLock, lockFileName } from "../../lock/lock.ts";
import { megabytes } from "../../tools/copy.ts";
import { readIfThere, writeFiles } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { addBox, installedBoxes } from "../../tools/vagrant-box.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import type { Step } from "./making.ts";

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
  const staging = folder.file(`${bundleFolder}.part`);
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
export function unpackTask(path: string, staging: string, progress: Progress): Task {
  return line(lineOf(progress, "bundle", `Check and unpack ${path}`), async (say) => {
    const { files } = await unpackBundle(path, staging, { signal: progress.signal, onProgress: say });
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return `${files.length} files, ${megabytes(size)} MB`;
  });
}

/** Makes the bundle's parts this host's: the box Vagrant's, lab file and lock the folder's, the rest the lab's. */
export const takeBox: Step = (making) => {
  const { asked, folder, signal } = making;
  if (asked.bundle === undefined) return [];
  const { manifest, staging, text, lock, lab } = asked.bundle;
  const take = async () => {
    const box = { ...manifest.box, provider: manifest.provider };
    const file = join(staging, parts.box);
    const there = installedBoxes(lab).some(({ version }) => version === box.version);
    if (!there) await addBox(box, file, signal, folder.freshLog("box"));
    for (const used of [file, `${file}.json`, join(staging, parts.labFile), join(staging, parts.lock)])
      await rm(used, { force: true });
    writeFiles(staging, [{ path: manifestName, contents: formatManifest(manifest) }]);
    const kept = folder.file(bundleFolder);
    await rm(kept, { recursive: true, force: true });
    await rename(staging, kept);
    if (!existsSync(labFileName)) writeFiles(".", [{ path: labFileName, contents: text }]);
    if (lock !== undefined) writeFiles(".", [{ path: lockFileName, contents: formatLock(lock) }]);
    return there ? "Vagrant has it already" : undefined;
  };
  const title = `Take the box ${manifest.box.name} ${manifest.box.version}`;
  return [line(lineOf(making, "box", title), take)];
};

/** The lab with what an earlier `create --bundle` has left in its folder, as far as that is of the same lab. */
export function withOwnBundle(lab: Lab, folder: LabFolder): Lab {
  const path = folder.file(bundleFolder, manifestName);
  const text = readIfThere(path);
  if (text === undefined) return lab;
  const manifest = parseManifest(text, folder.file(bundleFolder));
  return isFor(manifest, lab) ? applyBundle(lab, manifest) : lab;
}
