import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process for certain: a number alone may be given to another one later. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the words of this system; another process of the same number differs here. */
  readonly startedAt: string;
}

/** The mark of a living process, or undefined where there is none: 0 and negative numbers mean groups of processes. */
export function markOf(pid: number): ProcessMark | undefined {
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const startedAt = process.platform === "linux" ? startTicks(pid) : startWords(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether a value, read from a file, can be a mark. */
export function isProcessMark(value: unknown): value is ProcessMark {
  const { pid, startedAt } = Object(value) as Partial<Record<keyof ProcessMark, unknown>>;
  return Number.isInteger(pid) && (pid as number) > 1 && typeof startedAt === "string";
}

/** Whether the very process still runs; a zombie does not. */
export function isAlive(mark: ProcessMark): boolean {
  const now = markOf(mark.pid);
  return now !== undefined && now.startedAt === mark.startedAt;
}

/** Clock ticks since the start of the system: field 22 of its `stat`, counted behind the name, which may hold blanks. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startWords(pid: number): string | undefined {
  try {
    const args = ["-o", "lstart=", "-p", String(pid)];
    return execFileSync("ps", args, { encoding: "utf8", stdio: "pipe" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
