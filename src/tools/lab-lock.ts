import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import * as z from "zod";
import { LabError } from "../errors.ts";
import { removeIfEmpty } from "./files.ts";
import { noted } from "./noted.ts";
import { isAlive, markOf } from "./process-mark.ts";

const schema = z.strictObject({
  pid: z.int().min(2),
  startedAt: z.string(),
  /** What it was asked to do: `create --name x`. */
  command: z.string().max(200),
  /** ISO 8601. */
  since: z.string(),
});

/** Who is at work on a lab. */
export type Holder = z.infer<typeof schema>;

/** The process that works on a lab's folder, or undefined where none does. */
export function holderOf(folder: string): Holder | undefined {
  const holder = noted(holderFile(folder), schema);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
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
  const release = await lock(folder, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    const holder = holderOf(folder);
    const isNoted = existsSync(holderFile(folder));
    if (holder !== undefined || !isNoted) throw lockedBy(folder, holder, lockfilePath, error);
    // Whoever held it is gone, and said who it was: nobody else can come back to it.
    rmSync(lockfilePath, { recursive: true, force: true });
    return lock(folder, options);
  });
  noteHolder(folder);
  return async () => {
    if (lost) return;
    rmSync(holderFile(folder), { force: true });
    await release();
  };
}

/** A full disk is no reason not to remove a lab: then another command learns that the lab is in use, and not by whom. */
function noteHolder(folder: string): void {
  try {
    writeFileSync(holderFile(folder), JSON.stringify(ownNote()), { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    rmSync(holderFile(folder), { force: true });
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
