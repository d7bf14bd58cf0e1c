import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { type Command, run } from "../../tools/exec.ts";
import { type Job, ownMounts, runStep } from "../debian/job.ts";

const startLimitMs = 60_000;

/** Sockets have short paths; the folder of a cache may have a long one. */
const engineFolder = "/run/mesos-lab-engine-";

/**
 * Fills `store` (a /var/lib/docker) with the images of an archive, which has `count` of them.
 * The engine that does it has a network namespace without a network, and files, socket and mounts of its own: it
 * touches neither an engine that runs on this host nor the host's network.
 */
export async function fillDockerStore(
  job: Job,
  archive: string,
  count: number,
  store: string,
): Promise<void> {
  await mkdir(store, { recursive: true });
  const scratch = await mkdtemp(engineFolder);
  await writeFile(join(scratch, "daemon.json"), "{}\n");
  const socket = `unix://${scratch}/docker.sock`;
  const stop = new AbortController();
  let ended: unknown;
  const engine = run(engineCommand(socket, store, scratch), {
    signal: stop.signal,
    logFile: job.logFile,
    killAfterMs: 20_000,
  }).then(
    () => {
      ended = new LabError("docker-failed", "dockerd ended by itself");
    },
    (error: unknown) => {
      ended = error;
    },
  );
  try {
    await untilAnswering(job, socket, () => ended);
    let loaded = 0;
    const onLine = (line: string) => {
      if (line.startsWith("Loaded image")) job.onProgress?.(`images in the box: ${++loaded} of ${count}`);
    };
    await runStep(job, { file: "docker", args: ["--host", socket, "load", "--input", archive] }, { onLine });
  } finally {
    stop.abort();
    await engine;
    await rm(scratch, { recursive: true, force: true });
  }
  // What is left besides images belongs to the engine that was here, not to the machine's own.
  for (const name of await readdir(store))
    if (name !== "image" && name !== "overlay2")
      await rm(join(store, name), { recursive: true, force: true });
}

/** The engine ends when this process does, however it does. */
export function engineCommand(socket: string, store: string, scratch: string): Command {
  const apart = ["--pdeathsig", "TERM", "unshare", "--net", ...ownMounts];
  return { file: "setpriv", args: [...apart, "dockerd", ...engineArgs(socket, store, scratch)] };
}

export function engineArgs(socket: string, store: string, scratch: string): string[] {
  return [
    `--host=${socket}`,
    `--config-file=${scratch}/daemon.json`,
    `--data-root=${store}`,
    `--exec-root=${scratch}/exec`,
    `--pidfile=${scratch}/dockerd.pid`,
    "--storage-driver=overlay2",
    "--bridge=none",
    "--iptables=false",
    "--ip-forward=false",
    "--ip-masq=false",
  ];
}

async function untilAnswering(job: Job, socket: string, ended: () => unknown): Promise<void> {
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    const command = { file: "docker", args: ["--host", socket, "version"] };
    const { exitCode, stderr } = await run(command, { signal: job.signal, accept: "any", timeoutMs: 10_000 });
    if (exitCode === 0) return;
    if (ended() !== undefined) throw ended();
    if (performance.now() > deadline)
      throw new LabError("docker-failed", `dockerd did not answer within ${startLimitMs / 1000} s`, {
        details: [`last answer: ${stderr.trim()}`],
        remedy: ["mesos-lab box build (without --with-images)"],
      });
    await sleep(200, undefined, { signal: job.signal });
  }
}
