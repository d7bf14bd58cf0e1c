import { rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { type Command, type RunOptions, type RunResult, run } from "../../tools/exec.ts";
import { readIfThere } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { isAlive, markOf } from "../../tools/process-mark.ts";
import { vagrantFailure } from "./failure.ts";

/** Vagrant of a run of this tool that was killed goes on, and lets no other Vagrant at its machines. */

const noteName = "vagrant.json";
const schema = z.strictObject({
  pid: z.int().min(2),
  startedAt: z.string(),
  /** `up`, `halt`, `destroy`. */
  action: z.string(),
  since: z.string(),
});
type Child = z.infer<typeof schema>;

/** How long one that was told to end may clean up. */
const cleanUpMs = 60_000;
const lookMs = 250;

/**
 * Runs Vagrant in a lab's folder, noted while it runs, so that it is found again should this tool be killed.
 * @throws LabError `tool` with Vagrant's own sentence where it fails, `interrupted` on abort.
 */
export async function runVagrant(
  command: Command,
  folder: LabFolder,
  options: RunOptions,
): Promise<RunResult> {
  const note = folder.file(noteName);
  const onStart = (pid: number) => {
    const mark = markOf(pid);
    const [action = ""] = command.args;
    if (mark !== undefined)
      writeFileSync(note, JSON.stringify({ ...mark, action, since: new Date().toISOString() }), {
        mode: 0o600,
      });
  };
  try {
    return await run(command, { ...options, onStart });
  } catch (error) {
    throw vagrantFailure(error);
  } finally {
    rmSync(note, { force: true });
  }
}

/** Waits for a Vagrant that an earlier run has left at work, and tells of it. */
export async function awaitOrphan(
  folder: LabFolder,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  for (let child = orphanOf(folder); child !== undefined; child = orphanOf(folder)) {
    say(
      `waiting for vagrant ${wordsFor(child)}, which an earlier run has left (end it: kill -INT ${child.pid})`,
    );
    await sleep(lookMs, undefined, { signal }).catch(() => {
      throw new LabError("interrupted", `interrupted while waiting for vagrant ${wordsFor(child as Child)}`);
    });
  }
  rmSync(folder.file(noteName), { force: true });
}

/** Ends a Vagrant that an earlier run has left at work: with one interrupt, after which it cleans up. */
export async function endOrphan(folder: LabFolder, say: (text: string) => void): Promise<void> {
  const child = orphanOf(folder);
  if (child !== undefined) {
    say(`ending vagrant ${wordsFor(child)}, which an earlier run has left`);
    // It leads a group of its own, as every program that this tool runs.
    signalGroup(child.pid, "SIGINT");
    const deadline = performance.now() + cleanUpMs;
    while (isAlive(child) && performance.now() < deadline) await sleep(lookMs);
    if (isAlive(child)) signalGroup(child.pid, "SIGKILL");
  }
  rmSync(folder.file(noteName), { force: true });
}

/** In words, for people who ask how the lab is; undefined where there is none. */
export function orphanWords(folder: LabFolder): string | undefined {
  const child = orphanOf(folder);
  return child && `vagrant ${wordsFor(child)}`;
}

function orphanOf(folder: LabFolder): Child | undefined {
  const text = readIfThere(folder.file(noteName));
  if (text === undefined) return undefined;
  try {
    const { data } = schema.safeParse(JSON.parse(text));
    return data !== undefined && isAlive(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function wordsFor({ action, pid, since }: Child): string {
  return `${action}, process ${pid}, at work since ${new Date(since).toLocaleTimeString()}`;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already: that is what was wanted.
  }
}
