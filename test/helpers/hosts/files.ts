import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

/** Every file of one file system by its path: type, mode, owner, and what is in it. */
export type Files = ReadonlyMap<string, string>;

/**
 * Looks at every file below `root`, byte for byte. What is mounted there is not looked into.
 * Times are left out: those of a folder tell that something was in it for a while, and no byte of the host is another.
 */
export function filesBelow(root: string): Files {
  const found = new Map<string, string>();
  // Past the link that /proc has for a root.
  const { dev } = statSync(root);
  const look = (folder: string) => {
    for (const name of readdirSync(join(root, folder))) {
      const path = join(folder, name);
      const stats = lstatSync(join(root, path));
      found.set(path, describe(join(root, path), stats));
      if (stats.isDirectory() && stats.dev === dev) look(path);
    }
  };
  look("/");
  return found;
}

/** In what `after` differs, a sentence for each path; `except` are the paths that may, with all below them; `*` at the end stands for any ending. */
export function differences(before: Files, after: Files, except: readonly string[] = []): string[] {
  const free = (path: string) =>
    except.some((each) =>
      each.endsWith("*") ? path.startsWith(each.slice(0, -1)) : path === each || path.startsWith(`${each}/`),
    );
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !free(path));
  return paths.sort().flatMap((path) => {
    const was = before.get(path);
    const is = after.get(path);
    if (was === is) return [];
    if (was === undefined) return [`${path} is new: ${is}`];
    return [is === undefined ? `${path} is gone: ${was}` : `${path} was ${was}, and is ${is}`];
  });
}

function describe(path: string, stats: Stats): string {
  const owner = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  if (stats.isSymbolicLink()) return `link ${owner} ${readlinkSync(path)}`;
  if (stats.isDirectory()) return `folder ${owner}`;
  if (!stats.isFile()) return `special ${(stats.mode & 0o170000).toString(8)} ${owner} ${stats.rdev}`;
  return `file ${owner} ${stats.size} ${sum(path, stats)}`;
}

const sums = new Map<string, string>();

/** Of a file that many hosts have from the same tree, once: every change of a file changes its ctime. */
function sum(path: string, { ino, size, ctimeMs }: Stats): string {
  const key = [ino, size, ctimeMs].join(" ");
  const known = sums.get(key);
  if (known !== undefined) return known;
  const made = createHash("sha256").update(readFileSync(path)).digest("hex");
  sums.set(key, made);
  return made;
}
