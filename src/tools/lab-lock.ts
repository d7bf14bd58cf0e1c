import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import * as z from "zod";
import { LabError } from "../errors.ts";
import { removeIfEmpty } from "./files.ts";
import { noted } from "./noted.ts";
import { isAlive, markOf } from "./process-mark.ts";

const schema = z.strictObject({
  pid: z.int().min(2),
  /** Where a system does not tell it, nobody can say later that this process is gone. */
  startedAt: z.string().min(1),
  /** What it was asked to do: `create --name x`. */
  command: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/),
  since: z.iso.datetime(),
});

/** Who is at work on a lab. */
export type Holder = z.infer<typeof schema>;

/** The process that works on a lab's folder, or undefined where none does. */
export function holderOf(folder: string): Holder | undefined {
  const holder = notedHolder(folder);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** Who has noted to be at work, alive or not; undefined where there is no note, or one that cannot be read. */
function notedHolder(folder: string): Holder | undefined {
  return noted(holderFile(folder), schema);
}

/** In words: `create --name x, process 4711, since 10:31:02`. */
export function holderWords({ command, pid, since }: Holder): string {
  return `${command}, process ${pid}, since ${new Date(since).toLocaleTimeString()}`;
}

/**
 * Runs `work` while no other mesos-lab process changes this lab. What a process that has died left locked is taken over.
 * @param mayGo whether the folder of all labs is removed when nothing is left in it.
 * @throws LabError `usage` when another one is at it, with who that is.
 */
export async function withLabLock<T>(folder: string, mayGo: boolean, work: () => Promise<T>): Promise<T> {
  const root = dirname(folder);
  mkdirSync(root, { recursive: true });
  const release = await acquire(folder);
  try {
    return await work();
  } finally {
    await release();
    if (mayGo) removeIfEmpty(root);
  }
}

async function acquire(folder: string): Promise<() => Promise<void>> {
  const lockfilePath = `${folder}.lock`;
  let lost = false;
  const onCompromised = () => {
    // The folder was removed, or this computer slept and another command took over: no reason to drop the work.
    lost = true;
  };
  const options = { lockfilePath, realpath: false, stale: 15_000, onCompromised };
  const take = () =>
    lock(folder, options).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ELOCKED") throw error;
      throw lockedBy(folder, holderOf(folder), lockfilePath, error);
    });
  const release = await take().catch((refusal: unknown) => {
    const holder = refusal instanceof LabError ? notedHolder(folder) : undefined;
    // Only one who is known can be known to be gone; and of several who see that, one takes over.
    if (holder === undefined || isAlive(holder) || !takeNoteAway(folder)) throw refusal;
    rmSync(lockfilePath, { recursive: true, force: true });
    return take();
  });
  noteHolder(folder);
  return async () => {
    if (lost) return;
    takeNoteAway(folder);
    await release();
  };
}

/** What cannot be noted is no reason not to work: then another command learns that the lab is in use, and not by whom. */
function noteHolder(folder: string): void {
  const note = holderFile(folder);
  try {
    // As a whole or not at all: half a note would be read by whoever comes now.
    writeFileSync(`${note}.new`, JSON.stringify(ownNote()), { mode: 0o600 });
    renameSync(`${note}.new`, note);
  } catch {
    rmSync(`${note}.new`, { force: true });
    // That of a dead one would have others take over from this process.
    takeNoteAway(folder);
  }
}

/** Returns whether there was one, and nobody else was faster. */
function takeNoteAway(folder: string): boolean {
  try {
    unlinkSync(holderFile(folder));
    return true;
  } catch {
    return false;
  }
}

function ownNote(): Holder {
  const words = process.argv
    .slice(2)
    .join(" ")
    .replaceAll(/[^\x20-\x7e]/g, "?");
  const mark = markOf(process.pid) ?? { pid: process.pid, startedAt: "" };
  return { ...mark, command: words.slice(0, 200), since: new Date().toISOString() };
}

function holderFile(folder: string): string {
  return `${folder}.lock.json`;
}

function lockedBy(folder: string, holder: Holder | undefined, lockfile: string, cause: unknown): LabError {
  return new LabError("lab-in-use", `another mesos-lab command is working on ${folder}`, {
    details: holder === undefined ? [] : [holderWords(holder)],
    remedy:
      holder === undefined
        ? ["wait until it has ended", `if none is running, remove ${lockfile}`]
        : ["wait until it has ended", `end it: kill -INT ${holder.pid}`],
    cause,
  });
}
