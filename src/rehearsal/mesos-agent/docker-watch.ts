import { setTimeout as sleep } from "node:timers/promises";
import { type RunOptions, run } from "../../tools/exec.ts";
import type { Started } from "./task-runner.ts";

/** The Docker CLI, and how patient its user is. */
export interface DockerCli {
  /** A name on the PATH or a path. */
  readonly docker: string;
  readonly stopTimeoutMs: number;
  readonly inspectIntervalMs?: number;
}

/** Tells when a container runs, until it is over. */
export async function watchStart(
  options: DockerCli,
  name: string,
  onStarted: (started: Started) => void,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const answer = await quietly(options, ["inspect", name]);
    if (over.aborted) return;
    const started = answer === undefined ? undefined : readInspect(answer);
    if (started !== undefined) {
      onStarted(started);
      return;
    }
    await sleep(options.inspectIntervalMs ?? 500, undefined, { signal: over }).catch(() => {});
  }
}

interface Inspected {
  readonly State?: { readonly Running?: boolean };
  readonly NetworkSettings?: {
    readonly IPAddress?: string;
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>>;
  };
}

/** Undefined until the container runs. Engines since 29 tell the address per network only. */
function readInspect(text: string): Started | undefined {
  let container: Inspected | undefined;
  try {
    [container] = JSON.parse(text) as Inspected[];
  } catch {
    return undefined;
  }
  if (container?.State?.Running !== true) return undefined;
  const { IPAddress, Networks } = container.NetworkSettings ?? {};
  const ip = [IPAddress, ...Object.values(Networks ?? {}).map((network) => network.IPAddress)].find(Boolean);
  return ip === undefined ? {} : { ip };
}

/** Attempts to stop a container that may not even exist yet, half a second apart. */
const stopAttempts = 20;

/** Stops a container that may be about to be made; gives up its client when nothing helps. */
export async function stop(
  options: DockerCli,
  name: string,
  over: AbortSignal,
  giveUp: () => void,
): Promise<void> {
  const seconds = String(Math.round(options.stopTimeoutMs / 1_000));
  for (let attempt = 0; attempt < stopAttempts && !over.aborted; attempt += 1) {
    await quietly(options, ["stop", "-t", seconds, name]);
    await sleep(500, undefined, { signal: over }).catch(() => {});
  }
  if (over.aborted) return;
  await quietly(options, ["rm", "-f", name]);
  giveUp();
}

async function quietly(options: DockerCli, args: readonly string[]): Promise<string | undefined> {
  const bounds: RunOptions = { accept: "any", timeoutMs: 30_000 + options.stopTimeoutMs, killAfterMs: 1_000 };
  const result = await run({ file: options.docker, args }, bounds).catch(() => undefined);
  return result?.exitCode === 0 ? result.stdout : undefined;
}
