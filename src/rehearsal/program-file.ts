import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The file of a program of this folder, `embedded/service`: as it lies below `src` or, where this code may be in any
 * chunk, below `dist`.
 */
export function programFile(name: string): string {
  const here = fileURLToPath(import.meta.url);
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const file = join(folder, "rehearsal", `${name}${extname(here)}`);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`${name} is not beside ${here}`);
  }
}
