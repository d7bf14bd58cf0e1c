import type { Lab } from "../lab/model.ts";
import { type Finding, lacking, ok } from "./finding.ts";

/** GiB: a box, and what Docker's packages and the images take in each machine. */
const boxGib = 2;
const machineGib = 4;
/** Below this not even a box can be fetched. */
const leastGib = 2;

/** @param free GiB where the lab's folder lies. */
export function diskFinding(lab: Lab, free: number): Finding {
  const needed = boxGib + machineGib * lab.machines.length;
  const has = `the machines may grow to ${needed} GiB and the disk has ${free.toFixed(1)} GiB free`;
  if (free >= needed) return ok("disk", has);
  return lacking(free < leastGib ? "error" : "warn", "disk", has, "make room on the disk");
}
