import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../../render/template.ts";
import { filesBelow } from "../../tools/files.ts";
import { packageRoot } from "../../tools/package-root.ts";

/** A text file that a tree is given. */
export interface TreeFile {
  /** Relative to the tree's root. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/**
 * The files of a folder of `templates/` that is laid out as the tree they go into; none where there is no such folder.
 * What ends in `.hbs` is filled with `view`. Programs are known by their first line: a package does not keep more modes
 * than two.
 */
export function treeFiles(folder: string, view: object = {}): readonly TreeFile[] {
  const root = join(packageRoot, "templates", folder);
  return filesBelow(root).map((path) => {
    const raw = readFileSync(join(root, path), "utf8");
    const text = path.endsWith(".hbs") ? fill(raw, view) : raw;
    return { path: path.replace(/\.hbs$/, ""), text, mode: modeOf(path, text) };
  });
}

function modeOf(path: string, text: string): number {
  if (path.startsWith("etc/sudoers.d/")) return 0o440;
  return text.startsWith("#!") ? 0o755 : 0o644;
}
