import type { Lab } from "../lab/model.ts";
import { type Finding, lacking, ok } from "./finding.ts";

/** MiB that one machine costs the host on top of its own memory. */
const overhead = 128;

/** @param available MiB that the host can give. */
export function memoryFinding(lab: Lab, available: number): Finding {
  const needed = lab.machines.reduce((sum, { memory }) => sum + memory + overhead, 0);
  const has = `the machines need ${needed} MiB of memory and the host has ${Math.floor(available)} MiB available`;
  if (needed <= available) return ok("memory", has);
  return lacking("error", "memory", has, "close programs, or make the machines smaller: `--memory 1024`");
}
