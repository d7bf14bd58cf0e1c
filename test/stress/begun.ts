import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const lookMs = 5;

/** Ends when the tool listens to signals, or has ended: before that Node itself starts, which no interrupt of the tool is. */
export async function begun(ended: Promise<unknown>, pid: () => number | undefined): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  ended.then(end, end);
  while (!over && !listens(pid())) await sleep(lookMs);
}

/** Whether a process catches SIGHUP, the first of all signals, which Node by itself does not. */
function listens(pid: number | undefined): boolean {
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
