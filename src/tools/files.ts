import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import type { RenderedFile, Templates } from "../render/files.ts";
import { packageRoot } from "./package-root.ts";

/** Every template of the package, by its path below `templates/`; the Vagrantfile's lies beside that folder. */
export function readTemplates(): Templates {
  const folder = join(packageRoot, "templates");
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map([
    ["Vagrantfile.hbs", readFileSync(join(packageRoot, "Vagrantfile.hbs"), "utf8")],
    ...paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")] as const),
  ]);
}

export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")).version;
}

/** More than any file has that this tool reads whole. */
const longestFile = 64 * 1024 * 1024;

/**
 * The text of a file, or undefined where there is none. Only of a plain file: a pipe may wait for ever, and a device
 * has no end.
 */
export function readIfThere(path: string): string | undefined {
  try {
    // Without waiting for whoever writes into a pipe: it could be read only once, too.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = fstatSync(file);
      if (!found.isFile() && !found.isDirectory()) throw new Error("it is no plain file");
      if (found.size > longestFile) throw new Error(`it has ${found.size} bytes`);
      return readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    // Of what could be opened and not read, the system does not say what it was.
    throw Object.assign(error as Error, { path });
  }
}

/** The names in a folder, sorted; none where there is no folder. */
export function listIfThere(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The paths of all files below a folder, sorted; none where there is no folder. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Writes files so that each is whole or absent, leaves equal ones alone, and returns the paths it changed. */
export function writeFiles(folder: string, files: readonly RenderedFile[]): readonly string[] {
  return files
    .filter((file) => readIfThere(join(folder, file.path)) !== file.contents)
    .map((file) => {
      const path = join(folder, file.path);
      mkdirSync(dirname(path), { recursive: true });
      const half = `${path}.${process.pid}.half`;
      writeFileSync(half, file.contents);
      renameSync(half, path);
      return file.path;
    });
}

/** Removes files and folders of a folder and, where nothing else is left, the folders that held them. */
export function removePaths(folder: string, paths: readonly string[]): void {
  for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true });
  const parents = new Set(paths.flatMap(ancestors));
  for (const parent of [...parents].sort((a, b) => b.length - a.length)) removeIfEmpty(join(folder, parent));
}

/** `a/b/c` lies in `a/b`, `a` and `.` */
function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === "." ? ["."] : [parent, ...ancestors(parent)];
}

/** Removes a folder unless it holds something. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "ENOENT") throw error;
  }
}
