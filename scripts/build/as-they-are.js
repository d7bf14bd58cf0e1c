import { cpSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** Copies what is no TypeScript (pages, their scripts and styles) to the same places below the output. */
export const asTheyAre = (source) => ({
  name: "as-they-are",
  writeBundle({ dir }) {
    for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && !file.endsWith(".ts")) cpSync(file, join(dir, relative(source, file)));
    }
  },
});
