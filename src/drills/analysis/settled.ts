import type { Learning } from "../../lab/catalogue/method.ts";
import type { Outage } from "../model/outage.ts";
import type { Lane } from "../model/report.ts";

/** Whether visitors of a lane are served for good, as far as was looked. */
export function isServed({ state }: Pick<Outage, "state">): boolean {
  return state === "recovered" || state === "never-down";
}

/**
 * Whether no more news is to be expected of a lane, so long after the break. One that has not gone down may still do
 * so until its method has looked again and its clients' answers have expired.
 */
export function isSettled(
  outage: Pick<Outage, "state">,
  learns: Learning,
  times: { readonly sinceBreakMs: number; readonly settleMs: number },
): boolean {
  const { sinceBreakMs, settleMs } = times;
  if (!isServed(outage)) return false;
  return sinceBreakMs >= settleMs + (outage.state === "never-down" ? slowestMs(learns) : 0);
}

/** The longest that a change can take to reach the clients of a way, by what it is configured to do. */
export function slowestMs({ every, keptMs = 0 }: Learning): number {
  return (every?.ms ?? 0) + keptMs;
}

/**
 * Within so many milliseconds the break comes at a random moment: any moment between two looks of a method is as likely
 * as any other. Without it, repeated drills, which end with a recovery, would all begin at the same moment after a look.
 */
export function longestPeriodMs(ways: readonly { readonly learns: Learning }[]): number {
  return Math.max(0, ...ways.flatMap(({ learns }) => [learns.every?.ms ?? 0, learns.keptMs ?? 0]));
}

/** The lanes whose visitors were not served in the end, by their methods. */
export function lostLanes(lanes: readonly Pick<Lane, "way" | "outage">[]): readonly string[] {
  return lanes.filter(({ outage }) => !isServed(outage)).map(({ way }) => way);
}

/** Requests a second and lane that one lane gets, and that all lanes of virtual machines have to share. */
export const usualRate = 50;
/** Below this, an outage would be known to no more than a tenth of a second. */
export const leastRate = 10;

/** How often each of several lanes is asked: processors that are emulated must not be measured by their load. */
export function rateOfLanes(lanes: number, local: boolean, asked?: number): number {
  if (asked !== undefined) return asked;
  return local ? usualRate : Math.max(leastRate, Math.round(usualRate / Math.max(1, lanes)));
}
