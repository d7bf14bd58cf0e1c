import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);

/**
 * A file of this folder, `pages/style.css`: as it lies below `src` or, where this code may be in any chunk, below `dist`.
 */
export function ownFile(name: string): string {
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const file = join(folder, "rehearsal", name);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`${name} is not beside ${here}`);
  }
}

/** The file of a program of this folder, `embedded/service`. */
export function programFile(name: string): string {
  return ownFile(name + extname(here));
}
