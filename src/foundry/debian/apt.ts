import { link, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../../errors.ts";
import type { Command } from "../../tools/exec.ts";
import { buildEnv, insideTree, type Job, type Release, runStep } from "./job.ts";
import { aptProgress, tellTenths } from "./progress.ts";
import { buildSources, guestSources } from "./sources.ts";

/** apt's lists and packages, kept between builds. */
export function aptDir(cacheDir: string): string {
  return join(cacheDir, "apt");
}

/**
 * Installs packages in the tree, without what they only recommend. `whose` names the tree where progress is told.
 * The host's apt downloads, with the host's proxies, keys and passwords: none of those enters the tree.
 */
export async function installPackages(
  job: Job,
  release: Release,
  root: string,
  packages: readonly string[],
  whose: string,
): Promise<void> {
  await refreshLists(job, release);
  const options = ["-y", "--no-install-recommends"];
  const tell = (doing: string) => ({
    onLine: tellTenths(aptProgress(), job.onProgress, `${whose}: ${doing}`),
  });
  if (release.mirror.archive.trusted) options.push("--allow-unauthenticated");
  const task = ["install", ...packages];
  const download: Command = {
    file: "apt-get",
    args: [...hostAptOptions(job.cacheDir, root), ...options, "--download-only", ...task],
    env: buildEnv,
  };
  await translateMirrorTrouble(release, () => runStep(job, download, tell("fetching packages")));
  const lent = [
    [join(aptDir(job.cacheDir), "lists"), join(root, "var/lib/apt/lists")],
    [join(aptDir(job.cacheDir), "debs"), join(root, "var/cache/apt/archives")],
  ] as const;
  try {
    for (const [from, to] of lent) await linkFiles(from, to);
    const install = insideTree(root, ["apt-get", ...options, "--no-download", ...task]);
    await runStep(job, install, tell("installing packages"));
  } finally {
    for (const [, to] of lent) await rm(to, { recursive: true, force: true });
    await mkdir(join(root, "var/lib/apt/lists"), { recursive: true });
    await mkdir(join(root, "var/cache/apt/archives"), { recursive: true });
  }
}

/** Downloads the package that the tree would get into the new folder `to`, without installing it; returns its file. */
export async function downloadPackage(
  job: Job,
  release: Release,
  root: string,
  name: string,
  to: string,
): Promise<string> {
  await refreshLists(job, release);
  await mkdir(to, { recursive: true });
  const trusted = release.mirror.archive.trusted ? ["--allow-unauthenticated"] : [];
  await translateMirrorTrouble(release, () =>
    runStep(job, {
      file: "apt-get",
      args: [...hostAptOptions(job.cacheDir, root), ...trusted, "download", name],
      cwd: to,
      env: buildEnv,
    }),
  );
  const [file] = await readdir(to);
  if (file === undefined) throw new Error(`apt-get downloaded no ${name}`);
  return join(to, file);
}

const refreshed = new Map<string, Promise<void>>();

/** Fetches the package lists, once in a run. */
export function refreshLists(job: Job, release: Release): Promise<void> {
  const dir = aptDir(job.cacheDir);
  const known = refreshed.get(dir);
  if (known !== undefined) return known;
  const work = fetchLists(job, release);
  refreshed.set(dir, work);
  // A failed attempt may be tried again.
  work.catch(() => refreshed.delete(dir));
  return work;
}

async function fetchLists(job: Job, release: Release): Promise<void> {
  const dir = aptDir(job.cacheDir);
  const nothing = join(dir, "empty");
  for (const path of ["lists/partial", "debs/partial", "empty/var/lib/dpkg"])
    await mkdir(join(dir, path), { recursive: true });
  await writeFile(join(nothing, "var/lib/dpkg/status"), "");
  // The mirror's address may hold a password.
  await writeFile(join(dir, "sources.list"), buildSources(release.mirror, release.suite), { mode: 0o600 });
  job.onProgress?.(`reading the package lists of ${release.suite}`);
  await translateMirrorTrouble(release, () =>
    runStep(job, {
      file: "apt-get",
      args: [...hostAptOptions(job.cacheDir, nothing), "-o", "APT::Update::Error-Mode=any", "update"],
      env: buildEnv,
    }),
  );
}

/** Options that let the host's apt work for another tree: that tree's packages, our sources, our caches. */
export function hostAptOptions(cacheDir: string, root: string): string[] {
  const dir = aptDir(cacheDir);
  return [
    `Dir::Etc::sourcelist=${dir}/sources.list`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    `Dir::State::lists=${dir}/lists`,
    `Dir::State::status=${root}/var/lib/dpkg/status`,
    `Dir::State::extended_states=${root}/var/lib/apt/extended_states`,
    `Dir::Cache::archives=${dir}/debs`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "APT::Default-Release=",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
    "Acquire::Retries=2",
    "Acquire::http::Timeout=30",
    "Acquire::https::Timeout=30",
  ].flatMap((option) => ["-o", option]);
}

const mirrorTrouble =
  /Failed to fetch|Could not (resolve|connect)|Failed getting release file|Temporary failure|Couldn't download|Unable to connect|Connection (refused|timed out)/;

/** Says in one sentence what a page of apt's or mmdebstrap's output says when the mirror is out of reach. */
export async function translateMirrorTrouble<T>(release: Release, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LabError) || !error.details.some((line) => mirrorTrouble.test(line))) throw error;
    const mirror = guestSources(release.mirror, release.suite)
      .split(" ")
      .find((word) => word.includes("://"));
    throw new LabError(
      "debian-mirror-silent",
      `the Debian mirror of this host's apt (${mirror ?? "unknown"}) did not answer`,
      {
        details: error.details
          .filter((line) => mirrorTrouble.test(line) || line.startsWith("log:"))
          .slice(-4),
        remedy: [
          "check that `apt-get update` works on this host, then run again: what was built so far is kept",
        ],
        cause: error,
      },
    );
  }
}

/** Lends the plain files of a folder to another one on the same disk, without copying them. */
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (entry.isFile() && entry.name !== "lock") {
      await rm(join(to, entry.name), { force: true });
      await link(join(from, entry.name), join(to, entry.name));
    }
}
