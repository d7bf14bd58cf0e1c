import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const root = new URL("../../..", import.meta.url).pathname;
/** Where the folder of this run is told to workers and programs. */
const variable = "MESOS_LAB_TEST_FOLDER";

/** The one folder of this run, which all its temporary files are in; made by the first that asks. */
export function runFolder(): string {
  const known = process.env[variable];
  if (known !== undefined) return known;
  // Short: paths of sockets have about a hundred characters.
  const folder = mkdtempSync(join(tmpdir(), "t-"));
  mkdirSync(join(folder, "shared"));
  process.env[variable] = folder;
  process.env.TMPDIR = join(folder, "shared");
  return folder;
}

/** Removes the folder of this run, when nothing is left in it. */
export function closeRunFolder(): void {
  rmSync(runFolder(), { recursive: true });
}

/** The folder of one test file; `tmpdir()` and TMPDIR mean it from now on. */
export function enterFileFolder(testFile: string): string {
  const id = createHash("sha256").update(testFile).digest("hex").slice(0, 6);
  const folder = join(runFolder(), id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}.is`, relative(root, testFile));
  process.env.TMPDIR = folder;
  return folder;
}
