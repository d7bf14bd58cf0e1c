import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { bundleFolder } from "../../bundle/manifest.ts";
import type { Lab } from "../../lab/model.ts";
import { applyLock } from "../../lock/apply.ts";
import { renderLab } from "../../render/lab.ts";
import {
  filesBelow,
  packageVersion,
  readIfThere,
  readTemplates,
  removePaths,
  writeFiles,
} from "../../tools/files.ts";
import { type LabFolder, leftName } from "../../tools/lab-folder.ts";
import { noted } from "../../tools/noted.ts";
import { withOwnBundle } from "./bundle.ts";
import { readLock } from "./lock.ts";
import type { Making } from "./making.ts";

const schema = z.strictObject({
  /** Of all that decides what a run makes of the machines. */
  wanted: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of each machine by its name, as `Parts.look` tells it. */
  machines: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
});

/** What a `create` that came to its end has left. */
export type Left = z.infer<typeof schema>;

/** Undefined where there is none, and where it is damaged: then everything is looked at again. */
export function readLeft(folder: LabFolder): Left | undefined {
  return noted(folder.file(leftName), schema);
}

export function writeLeft(folder: LabFolder, left: Left): void {
  writeFiles(folder.path, [{ path: leftName, contents: `${JSON.stringify(left, undefined, 2)}\n` }]);
}

export function forgetLeft(folder: LabFolder): void {
  removePaths(folder.path, [leftName]);
}

/** The machines of a lab, among these names, on which something differs from what was left, or that could not be looked at. */
export function changedMachines(
  names: readonly string[],
  left: Left["machines"],
  now: Left["machines"],
): readonly string[] {
  return names.filter((name) => left[name] === undefined || left[name] !== now[name]);
}

/** The lab that a `create` would make now. @param settled as the lab file, the flags and this host say. */
export function labToMake(settled: Lab, folder: LabFolder, lockFile: string): Lab {
  const lock = readLock(lockFile);
  const held = withOwnBundle(lock === undefined ? settled : applyLock(settled, lock), folder);
  // Which images are wanted follows from the rest of the lab; where they were fetched from is as it was.
  const fetched = folder.recordedIfWhole()?.fetched;
  return fetched === undefined ? held : { ...held, fetched };
}

/**
 * A digest of all that decides what a run makes of the machines: the tool, the lab, what is rendered of it, the lock, and
 * whatever else Ansible may find in the lab's folder. Undefined where something there cannot be read.
 * @param lab as `labToMake` has it.
 */
export function digestOfWanted(lab: Lab, folder: LabFolder, lockFile: string): string | undefined {
  const files = renderLab(lab, readTemplates());
  const paths = files.map(({ path }) => path);
  const hash = createHash("sha256");
  const take = (what: string, contents: string | Buffer) => {
    hash.update(`${JSON.stringify(what)} ${contents.length}\n`).update(contents);
  };
  take("tool", packageVersion());
  take("lab", JSON.stringify(lab, sorted));
  take("lock", readIfThere(lockFile) ?? "");
  for (const { path, contents } of files) take(path, contents);
  const others = [...folder.filesOfOthers(paths), ...broughtFiles(folder), ...machineIds(folder)];
  try {
    for (const path of others) take(path, readFileSync(folder.file(path)));
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}

/** The same of a lab in the making; undefined also before this host has been looked at. */
export function wantedOf({ settled, folder, asked: { lockFile } }: Making): string | undefined {
  return settled && digestOfWanted(labToMake(settled, folder, lockFile), folder, lockFile);
}

/** What of a bundle is copied to machines by every run. */
function broughtFiles(folder: LabFolder): readonly string[] {
  return ["packages", "client"].flatMap((part) => {
    const below = join(bundleFolder, part);
    return filesBelow(folder.file(below)).map((path) => join(below, path));
  });
}

/** By which Vagrant knows the machines that it has made. */
function machineIds(folder: LabFolder): readonly string[] {
  const below = join(".vagrant", "machines");
  return filesBelow(folder.file(below))
    .filter((path) => /[\\/](?:id|box_meta)$/.test(path))
    .map((path) => join(below, path));
}

/** The same text for equal data, in whatever order it was put together. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
