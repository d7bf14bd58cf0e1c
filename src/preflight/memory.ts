import { type Finding, lacking, ok } from "../lab/finding.ts";
import type { Machine } from "../lab/model.ts";

/** MiB of a machine that are worth a try. */
const small = 1024;
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
  const canShrink = machines.some(({ memory }) => memory > small);
  const less = canShrink
    ? `make the machines smaller: \`--memory ${small}\``
    : "make an embedded lab, which needs no machines: `npx mesos-lab create --runs-on embedded`";
  return lacking("error", "memory", has, `close programs, or ${less}`);
}
