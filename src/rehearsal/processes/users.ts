import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Ids of users that no account has: only processes of one lab run under them. The first is also their group. */
export interface UserRange {
  readonly first: number;
  readonly count: number;
}

const goneLimitMs = 2_000;

/**
 * Kills every process of these users and waits until they are gone. Nothing that a process does to hide (a session of
 * its own, an empty environment, another parent) changes its user.
 * @returns how many users had processes. Where there is no /proc nothing is found.
 */
export async function endUsers(range: UserRange): Promise<number> {
  const seen = new Set<number>();
  const deadline = performance.now() + goneLimitMs;
  for (;;) {
    const found = new Set(usersWithProcesses(range));
    if (found.size === 0 || performance.now() > deadline) return seen.size;
    for (const uid of found) {
      seen.add(uid);
      await killAll(uid, range.first);
    }
    await sleep(5);
  }
}

function usersWithProcesses({ first, count }: UserRange): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(userOf)
    .filter((uid) => uid >= first && uid < first + count);
}

/** Not by the owner of its directory: that is root for a process that no debugger may look into. */
function userOf(pid: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return /^State:\s*Z/m.test(status) ? -1 : Number(/^Uid:\s*(\d+)/m.exec(status)?.[1] ?? -1);
  } catch {
    return -1;
  }
}

/** All at once, by the kernel: one after the other, a process could start others faster than they are ended. */
function killAll(uid: number, gid: number): Promise<void> {
  return new Promise((resolve) => {
    execFile("/bin/sh", ["-c", "kill -s KILL -- -1"], { uid, gid, cwd: "/" }, () => resolve());
  });
}
