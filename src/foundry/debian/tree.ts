import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { aptDir, translateMirrorTrouble } from "./apt.ts";
import { hostProxy } from "./host.ts";
import { buildEnv, type Job, ownMounts, type Release, runStep } from "./job.ts";
import { buildSources, guestSources } from "./sources.ts";
import type { TreeFile } from "./tree-files.ts";

/** What apt and dpkg are told in the tree: nothing that is only recommended, no documentation but licences. */
const settings = { apt: "etc/apt/apt.conf.d/99mesos-lab", dpkg: "etc/dpkg/dpkg.cfg.d/mesos-lab" };
/** Debian has one /usr for all programs; without this mmdebstrap makes it so by a package that needs all of Perl. */
const mergedUsr = ["--include=usr-is-merged", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"];

/** Packages come from the cache and go there; the paths are seen from where mmdebstrap is started and from the tree. */
const lentPackages = [
  "--skip=essential/unlink",
  '--setup-hook=mkdir -p "$1/var/cache/apt/archives"',
  "--setup-hook=sync-in debs /var/cache/apt/archives",
  "--customize-hook=sync-out /var/cache/apt/archives debs",
];

/** Makes a minimal, up-to-date Debian with `files` in the empty folder `root`. */
export async function bootstrap(
  job: Job,
  release: Release,
  root: string,
  files: readonly TreeFile[],
): Promise<void> {
  const given = `${root}-files`;
  const cache = aptDir(job.cacheDir);
  await mkdir(join(cache, "debs"), { recursive: true });
  await writeTree(given, files);
  await translateMirrorTrouble(release, async () =>
    runStep(
      job,
      {
        file: "unshare",
        // mmdebstrap mounts /proc and more in the tree, and an interrupted one would leave them mounted.
        args: [
          ...ownMounts,
          "mmdebstrap",
          ...["--mode=root", "--format=directory", "--variant=minbase", ...mergedUsr],
          ...[`--aptopt=${join(given, settings.apt)}`, `--dpkgopt=${join(given, settings.dpkg)}`],
          ...lentPackages,
          ...[release.suite, root, "-"],
        ],
        cwd: cache,
        env: { ...buildEnv, ...(await hostProxy()) },
      },
      { input: buildSources(release.mirror, release.suite), onLine: tellOf(job) },
    ),
  );
  for (const path of ["etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap"])
    await rm(join(root, path));
  // Java's alternatives have manual pages, and insist on a folder for them.
  await mkdir(join(root, "usr/share/man/man1"), { recursive: true });
  const sources = guestSources(release.mirror, release.suite);
  await writeTree(root, [...files, { path: "etc/apt/sources.list", text: sources, mode: 0o644 }]);
}

/** mmdebstrap says what it does in sentences that end with dots, and what it is about in others. */
function tellOf(job: Job): (line: string) => void {
  return (line) => {
    const doing = /^I: (.*)\.\.\.$/.exec(line)?.[1];
    if (doing !== undefined) job.onProgress?.(`the layer base: ${doing}`);
  };
}

/** Writes text files into a tree. */
export async function writeTree(root: string, files: readonly TreeFile[]): Promise<void> {
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await writeFile(path, file.text);
    await chmod(path, file.mode);
  }
}

/** Lays a packed tree, or one layer of it, out in `root`. */
export async function unpackTree(job: Job, archive: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await runStep(job, { file: "tar", args: ["--numeric-owner", "-xpf", archive, "-C", root] });
}

/** Empties folders that only cost space; the folders themselves stay. */
export async function emptyFolders(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths)
    for (const name of await readdir(join(root, path)).catch(() => []))
      await rm(join(root, path, name), { recursive: true, force: true });
}
