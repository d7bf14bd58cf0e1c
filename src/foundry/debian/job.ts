import { type Command, type RunOptions, type RunResult, run } from "../../tools/exec.ts";
import type { DebianMirror } from "./sources.ts";

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

/**
 * The time of everything that a build makes, in seconds since 1970: Debian 12's release. With the time of the build in
 * file times, password entries and the like no two builds would make the same.
 */
export const buildTime = 1_686_355_200;

/** Makes tar write what is younger than `buildTime` as of that time. */
export const tarTime = [`--mtime=@${buildTime}`, "--clamp-mtime"];

/** The environment of package tools: no questions, no translations, one time. */
export const buildEnv = {
  SOURCE_DATE_EPOCH: `${buildTime}`,
  DEBIAN_FRONTEND: "noninteractive",
  LC_ALL: "C",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

/** Runs one step of a build with the job's log and signal. */
export function runStep(job: Job, command: Command, options: RunOptions = {}): Promise<RunResult> {
  return run(command, { signal: job.signal, logFile: job.logFile, killAfterMs: 20_000, ...options });
}

/** A mount namespace of its own: what is mounted in it is gone when it ends, however it ends. */
export const ownMounts = ["--mount", "--propagation", "private"];

/** A command inside a tree, with /proc. */
export function insideTree(root: string, argv: readonly string[]): Command {
  return {
    file: "unshare",
    args: [...ownMounts, "--root", root, "--wd", "/", "--mount-proc", ...argv],
    // The caller's folders are not in the tree.
    env: { ...buildEnv, HOME: "/root", TMPDIR: "/tmp", TMP: "/tmp", TEMP: "/tmp" },
  };
}
