import { lstat, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Job, runStep, tarTime } from "../debian/job.ts";

/** Inode change times (ns) of everything in a tree, by path. */
export type Snapshot = ReadonlyMap<string, bigint>;

/** State of the build that no image should carry: what is in these folders. */
const leftOut =
  /^(proc|sys|run|tmp|var\/cache\/apt|var\/lib\/apt\/lists|var\/log|var\/cache\/ldconfig)\/|-old$/;

/** Notes what a tree holds and when each inode last changed. */
export async function snapshot(root: string): Promise<Snapshot> {
  const found = new Map<string, bigint>();
  const visit = async (dir: string) => {
    for (const entry of await readdir(join(root, dir), { withFileTypes: true })) {
      const path = dir === "" ? entry.name : `${dir}/${entry.name}`;
      found.set(path, (await lstat(join(root, path), { bigint: true })).ctimeNs);
      if (entry.isDirectory()) await visit(path);
    }
  };
  await visit("");
  return found;
}

/**
 * The paths that a layer holds: new ones and changed ones, sorted. The inode's time decides, since dpkg sets a file's
 * own time to the package's.
 * @throws Error when something was removed, which a layer of plain files cannot say.
 */
export function changedPaths(before: Snapshot, after: Snapshot): string[] {
  const gone = [...before.keys()].filter((path) => !after.has(path) && !leftOut.test(path));
  if (gone.length > 0) throw new Error(`a layer removed ${gone.slice(0, 5).join(", ")}`);
  return [...after]
    .filter(([path, changed]) => before.get(path) !== changed && !leftOut.test(path))
    .map(([path]) => path)
    .sort();
}

/** Packs the given paths of a tree, and nothing below them. */
export async function packPaths(job: Job, root: string, paths: readonly string[], to: string): Promise<void> {
  const list = `${root}.list`;
  await writeFile(list, paths.map((path) => `./${path}\0`).join(""));
  const form = ["--format=gnu", "--numeric-owner", "--no-recursion", ...tarTime];
  await runStep(job, { file: "tar", args: [...form, "-cf", to, "-C", root, "--null", "-T", list] });
}
