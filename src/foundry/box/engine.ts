import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { type Command, run } from "../../tools/exec.ts";
import { type Job, ownMounts } from "../debian/job.ts";

/** An engine without what it needs ends by itself; one that still runs is only slow. */
const startLimitMs = 300_000;
/** What dockerd says last when its containerd was not there after 15 s: a busy host was slow. */
export const gaveUpWaiting = "waiting for containerd to start";

/** A Docker engine that only this process uses. */
export interface OwnEngine {
  /** `unix:///…/docker.sock`. */
  readonly socket: string;
  /** Ends it; its files are left in its folders. */
  close(): Promise<void>;
}

/**
 * Starts an engine that has a network namespace without a network, and files, socket and mounts of its own: it touches
 * neither an engine that runs on this host nor the host's network.
 * @param store its /var/lib/docker.
 * @param scratch an empty folder for all else; sockets have short paths, so has this.
 * @throws LabError `program-failed` when dockerd ends by itself, `docker-failed` when it does not answer for 5 minutes.
 */
export async function startEngine(job: Job, store: string, scratch: string): Promise<OwnEngine> {
  await writeFile(join(scratch, "daemon.json"), "{}\n");
  const socket = `unix://${scratch}/docker.sock`;
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    const stop = new AbortController();
    let ended: unknown;
    const command = engineCommand(socket, store, scratch);
    // However it ends, it ends too early, unless it is stopped.
    const options = { signal: stop.signal, logFile: job.logFile, killAfterMs: 20_000, accept: [] };
    const engine = run(command, options).catch((error) => {
      ended = error;
    });
    const close = async () => {
      stop.abort();
      await engine;
    };
    try {
      await untilAnswering(job, socket, deadline, () => ended);
      return { socket, close };
    } catch (error) {
      await close();
      if (!(error instanceof LabError && error.details.some((line) => line.includes(gaveUpWaiting))))
        throw error;
    }
  }
}

/** The engine ends when this process does, however it does. */
export function engineCommand(socket: string, store: string, scratch: string): Command {
  const apart = ["--pdeathsig", "TERM", "unshare", "--net", ...ownMounts];
  const folders = [
    `--config-file=${scratch}/daemon.json`,
    `--data-root=${store}`,
    `--exec-root=${scratch}/exec`,
    `--pidfile=${scratch}/dockerd.pid`,
  ];
  const noNetwork = ["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"];
  const words = [`--host=${socket}`, ...folders, "--storage-driver=overlay2", ...noNetwork];
  return { file: "setpriv", args: [...apart, "dockerd", ...words] };
}

async function untilAnswering(
  job: Job,
  socket: string,
  deadline: number,
  ended: () => unknown,
): Promise<void> {
  for (;;) {
    const command = { file: "docker", args: ["--host", socket, "version"] };
    const { exitCode, stderr } = await run(command, { signal: job.signal, accept: "any", timeoutMs: 60_000 });
    if (exitCode === 0) return;
    if (ended() !== undefined) throw ended();
    if (performance.now() > deadline)
      throw new LabError("docker-failed", "dockerd did not answer within 5 minutes", {
        details: [`last answer: ${stderr.trim()}`],
        remedy: ["mesos-lab box build (without --with-images)"],
      });
    await sleep(200, undefined, { signal: job.signal });
  }
}
