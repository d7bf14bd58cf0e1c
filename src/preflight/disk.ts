import { type Finding, lacking, ok } from "../lab/finding.ts";
import type { Machine } from "../lab/model.ts";

/** GiB: a box, and what Docker's packages and the images take in each machine. Its snapshot has its memory in it besides. */
const boxGib = 2;
const machineGib = 4;
/** Below this not even a box can be fetched. */
const leastGib = 2;

/**
 * @param machines those that have yet to be made.
 * @param free GiB where the lab's folder lies.
 */
export function diskFinding(machines: readonly Machine[], free: number): Finding {
  const memoryGib = machines.reduce((sum, { memory }) => sum + memory, 0) / 1024;
  const needed = machines.length === 0 ? 0 : Math.ceil(boxGib + machineGib * machines.length + memoryGib);
  const has = `the machines may grow to ${needed} GiB and the disk has ${free.toFixed(1)} GiB free`;
  if (free >= needed) return ok("disk", has);
  return lacking(free < leastGib ? "error" : "warn", "disk", has, "make room on the disk");
}
