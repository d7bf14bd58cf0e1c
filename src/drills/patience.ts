import type { Lab } from "../lab/model.ts";
import { slowness } from "../lab/runs.ts";

const usualMs = 1_000;

/**
 * A page that takes longer does not count as served. In machines in software it may take as much longer as all else:
 * there, a page that is late while a service starts beside it is slow, and not away.
 */
export function requestLimitMs(lab: Lab): number {
  return usualMs * slowness(lab);
}
