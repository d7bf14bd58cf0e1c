import type { Machine } from "../lab/model.ts";
import type { Problem } from "./problem.ts";

/** MiB that one machine costs the host on top of its own memory. */
const overhead = 128;

/**
 * @param machines those that have yet to be made.
 * @param available MiB that the host can give.
 */
export function memoryProblems(machines: readonly Machine[], available: number): readonly Problem[] {
  const needed = machines.reduce((sum, { memory }) => sum + memory + overhead, 0);
  if (needed <= available) return [];
  return [
    {
      what: `the machines need ${needed} MiB of memory and the host has ${Math.floor(available)} MiB available`,
      remedy: "close programs, or make the machines smaller: `--memory 1024`",
    },
  ];
}
