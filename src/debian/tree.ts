import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exitCodes, LabError } from "../errors.ts";
import { type Command, type RunOptions, type RunResult, run } from "../tools/exec.ts";
import { hostProxy } from "./host.ts";
import { buildSources, type DebianMirror, guestSources } from "./sources.ts";

/** What every step of a build needs to know. */
export interface Job {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly logFile?: string | undefined;
  readonly cacheDir: string;
}

/** A Debian release, and where its packages come from. */
export interface Release {
  readonly suite: string;
  readonly mirror: DebianMirror;
}

/** A file that a tree is given: text, or a copy of a file or folder of the host. */
export interface TreeFile {
  readonly path: string;
  readonly mode?: number;
  readonly text: string;
}

/** Runs one step of a build with the job's log and signal. */
export function runStep(job: Job, command: Command, options: RunOptions = {}): Promise<RunResult> {
  return run(command, { signal: job.signal, logFile: job.logFile, killAfterMs: 20_000, ...options });
}

/**
 * A command inside a tree. Its mounts live in a mount namespace of its own, so that nothing stays mounted
 * when it ends, however it ends.
 */
export function insideTree(root: string, cacheDir: string, argv: readonly string[]): Command {
  const script = [
    'root=$1 cache=$2; shift 2; mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp"',
    'mount -t proc proc "$root/proc"; mount -t sysfs -o ro sysfs "$root/sys"; mount --rbind /dev "$root/dev"',
    'mkdir -p "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"',
    'mount --bind "$cache/debs" "$root/var/cache/apt/archives"',
    'mount --bind "$cache/lists" "$root/var/lib/apt/lists"',
    'exec chroot "$root" "$@"',
  ].join("\n");
  return {
    file: "unshare",
    args: [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-euc",
      script,
      "sh",
      root,
      aptDir(cacheDir),
      ...argv,
    ],
    env: insideEnv,
  };
}

const insideEnv = {
  DEBIAN_FRONTEND: "noninteractive",
  LC_ALL: "C",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

/** Documentation that no machine or container of a lab reads; licences stay. */
const dpkgExcludes = `# Written by mesos-lab.
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/locale/*
path-exclude /usr/share/i18n/*
path-exclude /usr/share/lintian/*
`;

/** Makes a minimal Debian in the empty folder `root`. */
export async function bootstrap(job: Job, release: Release, root: string): Promise<void> {
  await refreshLists(job, release);
  const { archive } = release.mirror;
  await translateMirrorTrouble(release, async () =>
    runStep(job, {
      file: "unshare",
      // debootstrap mounts /proc in the tree, and an interrupted one would leave it mounted.
      args: ["--mount", "--propagation", "private", "debootstrap", ...debootstrapArgs(job, release, root)],
      env: { ...insideEnv, ...(await hostProxy()) },
    }),
  );
  await writeTree(root, [
    { path: "etc/apt/sources.list", text: guestSources(release.mirror, release.suite) },
    {
      path: "etc/apt/apt.conf.d/99mesos-lab",
      text: 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n',
    },
    { path: "etc/dpkg/dpkg.cfg.d/mesos-lab", text: `${dpkgExcludes}force-unsafe-io\n` },
    // Nothing may start a daemon while packages are installed into the tree.
    { path: "usr/sbin/policy-rc.d", text: "#!/bin/sh\nexit 101\n", mode: 0o755 },
  ]);
  const trim =
    'cd "$1"; find usr/share/doc -type f ! -name copyright -delete; find usr/share/doc -type l -delete; ' +
    "find usr/share/doc -type d -empty -delete; rm -rf usr/share/man/* usr/share/info/* usr/share/locale/* " +
    "usr/share/i18n/* usr/share/lintian/* var/cache/apt/archives/*.deb var/cache/apt/*.bin var/lib/apt/lists/* " +
    "var/log/* var/cache/ldconfig/* etc/machine-id dev/*";
  await runStep(job, { file: "sh", args: ["-euc", trim, "sh", root] });
  await installPackages(job, release, root, [], archive.trusted);
}

/** Brings a tree up to date and installs packages in it, without what they only recommend. */
export async function installPackages(
  job: Job,
  release: Release,
  root: string,
  packages: readonly string[],
  unsigned = release.mirror.archive.trusted,
): Promise<void> {
  const steps = packages.length === 0 ? [["dist-upgrade"]] : [["install", ...packages]];
  await refreshLists(job, release);
  for (const step of steps) {
    const common = ["-y", "--no-install-recommends", ...(unsigned ? ["--allow-unauthenticated"] : [])];
    // The host's apt downloads, with the host's proxies and keys; none of those ever enter the tree.
    await translateMirrorTrouble(release, () =>
      runStep(job, {
        file: "apt-get",
        args: [...hostAptOptions(job.cacheDir, root), ...common, "--download-only", ...step],
        env: insideEnv,
      }),
    );
    await runStep(
      job,
      insideTree(root, job.cacheDir, [
        "apt-get",
        ...common,
        "--no-download",
        "-o",
        "APT::Keep-Downloaded-Packages=true",
        ...step,
      ]),
    );
  }
}

/** Writes text files into a tree; its links are not followed out of it, since every path is a plain one. */
export async function writeTree(root: string, files: readonly TreeFile[]): Promise<void> {
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await writeFile(path, file.text);
    await chmod(path, file.mode ?? 0o644);
  }
}

/** Lays a packed tree (or one layer of it) out in `root`. */
export async function unpackTree(job: Job, archive: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await runStep(job, {
    file: "tar",
    args: ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", archive, "-C", root],
  });
}

const refreshed = new Map<string, Promise<void>>();

/** Fetches the package lists once in a run. */
function refreshLists(job: Job, release: Release): Promise<void> {
  const dir = aptDir(job.cacheDir);
  const known = refreshed.get(dir);
  if (known !== undefined) return known;
  const work = (async () => {
    await mkdir(join(dir, "lists", "partial"), { recursive: true });
    await mkdir(join(dir, "debs", "partial"), { recursive: true });
    await mkdir(join(dir, "empty", "var/lib/dpkg"), { recursive: true });
    await writeFile(join(dir, "empty", "var/lib/dpkg/status"), "");
    await writeFile(join(dir, "sources.list"), buildSources(release.mirror, release.suite), { mode: 0o600 });
    job.onProgress?.(`reading the package lists of ${release.suite}`);
    await translateMirrorTrouble(release, () =>
      runStep(job, {
        file: "apt-get",
        args: [
          ...hostAptOptions(job.cacheDir, join(dir, "empty")),
          "-o",
          "APT::Update::Error-Mode=any",
          "update",
        ],
        env: insideEnv,
      }),
    );
  })();
  refreshed.set(dir, work);
  // A failed attempt may be tried again.
  work.catch(() => refreshed.delete(dir));
  return work;
}

/** apt of the host working for another tree: that tree's packages, our sources and our caches. */
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

function debootstrapArgs(job: Job, release: Release, root: string): string[] {
  const { archive } = release.mirror;
  return [
    "--variant=minbase",
    `--cache-dir=${aptDir(job.cacheDir)}/debs`,
    ...(archive.trusted ? ["--no-check-gpg"] : archive.signedBy ? [`--keyring=${archive.signedBy}`] : []),
    release.suite,
    root,
    archive.uri,
  ];
}

function aptDir(cacheDir: string): string {
  return join(cacheDir, "apt");
}

const mirrorTrouble =
  /Failed to fetch|Could not (resolve|connect)|Failed getting release file|Temporary failure|Couldn't download|Unable to connect|Connection (refused|timed out)/;

async function translateMirrorTrouble<T>(release: Release, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LabError) || !error.details.some((line) => mirrorTrouble.test(line))) throw error;
    const uri = guestSources(release.mirror, release.suite)
      .split(" ")
      .find((word) => word.includes("/"));
    throw new LabError(`the Debian mirror ${uri ?? ""} of this host's apt did not answer`, {
      exitCode: exitCodes.tool,
      details: error.details.filter((line) => mirrorTrouble.test(line) || line.startsWith("log:")).slice(-4),
      remedy: [
        "check that `apt-get update` works on this host, then run again: what was built so far is kept",
      ],
      cause: error,
    });
  }
}
