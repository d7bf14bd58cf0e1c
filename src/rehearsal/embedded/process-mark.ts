import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ProcessMark } from "./plan.ts";

/** The mark of a living process, or undefined where there is none. */
export function markOf(pid: number): ProcessMark | undefined {
  const startedAt = process.platform === "linux" ? startTicks(pid) : startWords(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether the very process still runs; a zombie does not. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startedAt === mark.startedAt;
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
