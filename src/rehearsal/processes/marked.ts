import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const goneLimitMs = 2_000;

/**
 * Kills the processes whose environment carries all of these variables, but this one, and waits until they are gone:
 * also those that left their group or lost their parent. Processes of other users are never looked into.
 * @returns how many there were.
 */
export async function endMarked(marks: Readonly<Record<string, string>>): Promise<number> {
  const seen = new Set<number>();
  const deadline = performance.now() + goneLimitMs;
  // Again until none is left: one of them may just have started another.
  for (;;) {
    const found = await findMarked(marks);
    if (found.length === 0 || performance.now() > deadline) return seen.size;
    for (const pid of found) {
      seen.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone meanwhile: that is what was wanted.
      }
    }
    await sleep(5);
  }
}

/** The processes whose environment carries all of these variables, but this one. */
export async function findMarked(marks: Readonly<Record<string, string>>): Promise<number[]> {
  const wanted = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  return (await marked(wanted)).filter((pid) => pid !== process.pid);
}

/** Whether a process carries all of these variables; where there is no /proc, its number and start have to do. */
export function isMarked(pid: number, marks: Readonly<Record<string, string>>): boolean {
  if (process.platform !== "linux") return true;
  const variables = new Set(environmentOf(pid));
  return Object.entries(marks).every(([name, value]) => variables.has(`${name}=${value}`));
}

async function marked(wanted: readonly string[]): Promise<number[]> {
  if (process.platform !== "linux") return markedByPs(wanted);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const variables = new Set(environmentOf(pid));
      return wanted.every((mark) => variables.has(mark));
    });
}

/** Empty for a process of somebody else, and for one that has ended. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Where there is no /proc, `ps` shows the environment behind the command, of this user's processes. */
async function markedByPs(wanted: readonly string[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-Eww", "-x", "-o", "pid=,command="], {
    maxBuffer: 2 ** 26,
  }).catch(() => ({ stdout: "" }));
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+) (.*)$/.exec(line);
    return match !== null && wanted.every((mark) => ` ${match[2]} `.includes(` ${mark} `))
      ? [Number(match[1])]
      : [];
  });
}
