import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file beside the code, `watch/page/page.css`: as it lies below `src` or, where this code may be in any chunk, below `dist`. */
export function codeFile(path: string): string {
  const here = fileURLToPath(import.meta.url);
  for (let folder = dirname(here); ; folder = dirname(folder)) {
    const file = join(folder, path);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`${path} is not beside ${here}`);
  }
}
