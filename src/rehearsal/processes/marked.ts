import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** What has been killed and is still there after so long does not end. */
const goneLimitMs = 10_000;
/** No program is longer on its way from its start to its first instruction. */
const startLimitMs = 2_000;

/**
 * Kills the processes whose environment carries all of these variables, but this one, and waits until they are gone:
 * also those that left their group or lost their parent. Processes of other users are never looked into.
 * @returns how many there were.
 */
export async function endMarked(marks: Readonly<Record<string, string>>): Promise<number> {
  const seen = new Set<number>();
  const begin = performance.now();
  let newest = begin;
  // Again until none is left: one of them may just have started another. On a busy host a look alone takes seconds: time is
  // up only for what has been killed before.
  for (;;) {
    const { pids: found, starting } = await marked(marks);
    const now = performance.now();
    const held = [...seen].some(isEnding) && now < newest + goneLimitMs;
    if (found.length === 0 && !held && !(starting && now < begin + startLimitMs)) return seen.size;
    if (found.some((pid) => !seen.has(pid))) newest = now;
    else if (found.length > 0 && now > newest + goneLimitMs) return seen.size;
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
export async function findMarked(marks: Readonly<Record<string, string>>): Promise<readonly number[]> {
  return (await marked(marks)).pids;
}

/** Whether a process carries all of these variables; where there is no /proc, its number and start have to do. */
export function isMarked(pid: number, marks: Readonly<Record<string, string>>): boolean {
  if (process.platform !== "linux") return true;
  const variables = new Set(environmentOf(pid));
  return Object.entries(marks).every(([name, value]) => variables.has(`${name}=${value}`));
}

interface Marked {
  readonly pids: readonly number[];
  /** Somewhere a program is being put in another's place, and nothing tells yet whose it is. */
  readonly starting: boolean;
}

async function marked(marks: Readonly<Record<string, string>>): Promise<Marked> {
  const wanted = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  if (process.platform !== "linux") {
    const all = await markedByPs(wanted);
    return { pids: all.filter((pid) => pid !== process.pid), starting: false };
  }
  const pids: number[] = [];
  let starting = false;
  for (const pid of readdirSync("/proc").map(Number)) {
    if (!(pid > 0) || pid === process.pid) continue;
    const variables = new Set(environmentOf(pid));
    if (variables.size === 0) starting ||= isStarting(pid);
    else if (wanted.every((mark) => variables.has(mark))) pids.push(pid);
  }
  return { pids, starting };
}

/** For a moment a program that is started has neither words nor environment; the kernel's threads have no program either. */
function isStarting(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length === 0 && readlinkSync(`/proc/${pid}/exe`) !== "";
  } catch {
    return false;
  }
}

/**
 * A process that ends loses its program and its environment first, and its ports, files and folder a moment later: on a
 * busy host that moment is long enough to be seen.
 */
export function isEnding(pid: number): boolean {
  const leadsTo = (link: string) => {
    try {
      return readlinkSync(`/proc/${pid}/${link}`) !== "";
    } catch {
      return false;
    }
  };
  return !leadsTo("exe") && leadsTo("cwd");
}

/** Empty for a process of somebody else, and for one that has ended. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .filter((each) => each !== "");
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
