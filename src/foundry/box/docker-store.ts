import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, LabError } from "../../errors.ts";
import { run } from "../../tools/exec.ts";
import { type Job, ownMounts, runStep } from "../debian/job.ts";

const startLimitMs = 60_000;

/**
 * Fills `store` (a /var/lib/docker) with the images of an archive.
 * The engine that does it has a network namespace without a network, and files, socket and mounts of its own: it
 * touches neither an engine that runs on this host nor the host's network.
 */
export async function fillDockerStore(
  job: Job,
  archive: string,
  store: string,
  scratch: string,
): Promise<void> {
  await mkdir(store, { recursive: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, "daemon.json"), "{}\n");
  const socket = `unix://${scratch}/docker.sock`;
  const stop = new AbortController();
  let ended: unknown;
  const engine = run(
    { file: "unshare", args: ["--net", ...ownMounts, "dockerd", ...engineArgs(socket, store, scratch)] },
    { signal: stop.signal, logFile: job.logFile, killAfterMs: 20_000 },
  ).then(
    () => {
      ended = new LabError("dockerd ended by itself", { exitCode: exitCodes.tool });
    },
    (error: unknown) => {
      ended = error;
    },
  );
  try {
    await untilAnswering(job, socket, () => ended);
    await runStep(job, { file: "docker", args: ["--host", socket, "load", "--quiet", "--input", archive] });
  } finally {
    stop.abort();
    await engine;
  }
  // What is left besides images belongs to the engine that was here, not to the machine's own.
  for (const name of await readdir(store))
    if (name !== "image" && name !== "overlay2")
      await rm(join(store, name), { recursive: true, force: true });
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
      throw new LabError(`dockerd did not answer within ${startLimitMs / 1000} s`, {
        exitCode: exitCodes.tool,
        details: [`last answer: ${stderr.trim()}`],
        remedy: ["mesos-lab box build (without --with-images)"],
      });
    await sleep(200, undefined, { signal: job.signal });
  }
}
