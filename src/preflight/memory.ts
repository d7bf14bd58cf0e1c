import { type Finding, lacking, ok } from "../lab/finding.ts";
import type { Machine } from "../lab/model.ts";

/** MiB that one machine costs the host on top of its own memory. */
const overhead = 128;

/**
 * @param machines those that have yet to be made.
 * @param available MiB that the host can give.
 */
export function memoryFinding(machines: readonly Machine[], available: number): Finding {
  const needed = machines.reduce((sum, { memory }) => sum + memory + overhead, 0);
  const has = `the machines need ${needed} MiB of memory and the host has ${Math.floor(available)} MiB available`;
  if (needed <= available) return ok("memory", has);
  return lacking("error", "memory", has, "close programs, or make the machines smaller: `--memory 1024`");
}
