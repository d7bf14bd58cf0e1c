import { rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { type Command, type RunOptions, run } from "../../tools/exec.ts";
import { type LabFolder, vagrantName } from "../../tools/lab-folder.ts";
import { noted } from "../../tools/noted.ts";
import { isAlive, markOf } from "../../tools/process-mark.ts";
import { vagrantFailure } from "./failure.ts";

/** Vagrant of a run of this tool that was killed goes on, and lets no other Vagrant at its machines. */

const childSchema = z.strictObject({
  pid: z.int().min(2),
  startedAt: z.string(),
  /** `up`, `halt`, `destroy`. */
  action: z.string().regex(/^[a-z]+$/),
  since: z.iso.datetime(),
});
const schema = z.array(childSchema);
type Child = z.infer<typeof childSchema>;

/** How long one that was told to end may clean up. */
const cleanUpMs = 60_000;
const lookMs = 250;

/**
 * Runs Vagrant in a lab's folder, several at once for machines of their own; noted while they run, so that they are
 * found again should this tool be killed. All have ended when this returns or throws.
 * @throws LabError `tool` with the own sentence of the first that failed, `interrupted` on abort.
 */
export async function runVagrant(
  commands: readonly Command[],
  folder: LabFolder,
  options: RunOptions,
): Promise<void> {
  const note = folder.file(vagrantName);
  const children: Child[] = [];
  const started = commands.map((command) => {
    const onStart = (pid: number) => {
      const mark = markOf(pid);
      const [action = ""] = command.args;
      if (mark === undefined) return;
      children.push({ ...mark, action, since: new Date().toISOString() });
      writeFileSync(note, JSON.stringify(children), { mode: 0o600 });
    };
    return run(command, { ...options, onStart });
  });
  const failed = (await Promise.allSettled(started)).find(({ status }) => status === "rejected");
  rmSync(note, { force: true });
  if (failed?.status === "rejected") throw vagrantFailure(failed.reason);
}

/** Waits for a Vagrant that an earlier run has left at work, and tells of it. */
export async function awaitOrphan(
  folder: LabFolder,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  for (let [child] = orphansOf(folder); child !== undefined; [child] = orphansOf(folder)) {
    say(`waiting for vagrant ${wordsFor(child)}, which an earlier run has left (${endsIt(child)})`);
    await sleep(lookMs, undefined, { signal }).catch(() => {
      throw new LabError("interrupted", `interrupted while waiting for vagrant ${wordsFor(child as Child)}`);
    });
  }
  forget(folder);
}

/** Ends what an earlier run has left at work: with one interrupt each, after which they clean up. */
export async function endOrphan(folder: LabFolder, say: (text: string) => void): Promise<void> {
  await Promise.all(orphansOf(folder).map((child) => end(child, say)));
  forget(folder);
}

/** Whatever lies there in the place of the note, so that the next one can be written. */
function forget(folder: LabFolder): void {
  rmSync(folder.file(vagrantName), { recursive: true, force: true });
}

async function end(child: Child, say: (text: string) => void): Promise<void> {
  say(`ending vagrant ${wordsFor(child)}, which an earlier run has left`);
  // It leads a group of its own, as every program that this tool runs.
  signalGroup(child.pid, "SIGINT");
  await gone(child);
  if (!isAlive(child)) return;
  signalGroup(child.pid, "SIGKILL");
  // That takes a moment, in which nothing may be said to be gone.
  await gone(child);
}

async function gone(child: Child): Promise<void> {
  const deadline = performance.now() + cleanUpMs;
  while (isAlive(child) && performance.now() < deadline) await sleep(lookMs);
}

/** What an earlier run has left at work, and what ends it, in words for people; undefined where there is nothing. */
export function orphanWords(folder: LabFolder): string | undefined {
  const [child] = orphansOf(folder);
  return child && `vagrant ${wordsFor(child)} (${endsIt(child)})`;
}

/** Those that are still at work. */
function orphansOf(folder: LabFolder): readonly Child[] {
  return (noted(folder.file(vagrantName), schema) ?? []).filter(isAlive);
}

function wordsFor({ action, pid, since }: Child): string {
  return `${action}, process ${pid}, at work since ${new Date(since).toLocaleTimeString()}`;
}

function endsIt({ pid }: Child): string {
  return `end it: kill -INT ${pid}`;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already: that is what was wanted.
  }
}
