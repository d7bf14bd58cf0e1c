import { chmod, lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { aptDir, installPackages, refreshLists, translateMirrorTrouble } from "./apt.ts";
import { hostProxy } from "./host.ts";
import { buildEnv, type Job, ownMounts, type Release, runStep } from "./job.ts";
import { guestSources } from "./sources.ts";
import type { TreeFile } from "./tree-files.ts";

/** Documentation that no machine or container of a lab reads; licences stay. */
export const unread = ["man", "info", "locale", "i18n", "lintian"].map((name) => `usr/share/${name}`);

/** Makes a minimal, up-to-date Debian in the empty folder `root`; `files` are there before packages are installed. */
export async function bootstrap(
  job: Job,
  release: Release,
  root: string,
  files: readonly TreeFile[],
): Promise<void> {
  await refreshLists(job, release);
  const { archive } = release.mirror;
  const keys = archive.trusted
    ? ["--no-check-gpg"]
    : archive.signedBy
      ? [`--keyring=${archive.signedBy}`]
      : [];
  const cache = `--cache-dir=${aptDir(job.cacheDir)}/debs`;
  const proxy = await hostProxy();
  await translateMirrorTrouble(release, () =>
    runStep(job, {
      file: "unshare",
      // debootstrap mounts /proc in the tree, and an interrupted one would leave it mounted.
      args: [
        ...ownMounts,
        "debootstrap",
        "--variant=minbase",
        cache,
        ...keys,
        release.suite,
        root,
        archive.uri,
      ],
      env: { ...buildEnv, ...proxy },
    }),
  );
  await writeTree(root, [
    ...files,
    { path: "etc/apt/sources.list", text: guestSources(release.mirror, release.suite), mode: 0o644 },
  ]);
  await trim(root);
  await installPackages(job, release, root, []);
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

/** Does for the first packages, which debootstrap unpacks itself, what dpkg's configuration does for later ones. */
async function trim(root: string): Promise<void> {
  await emptyFolders(root, [
    ...unread,
    "var/cache/apt/archives",
    "var/lib/apt/lists",
    "var/log",
    "var/cache/ldconfig",
  ]);
  const doc = join(root, "usr/share/doc");
  for (const path of await readdir(doc, { recursive: true })) {
    const kind = await lstat(join(doc, path)).catch(() => undefined);
    if (kind !== undefined && !kind.isDirectory() && basename(path) !== "copyright")
      await rm(join(doc, path));
  }
  await rm(join(root, "etc/machine-id"), { force: true });
  // Java's alternatives have manual pages, and insist on a folder for them.
  await mkdir(join(root, "usr/share/man/man1"), { recursive: true });
}
