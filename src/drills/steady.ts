import { setTimeout as delay } from "node:timers/promises";
import type { WayIn } from "../demo/ways-in.ts";
import { LabError } from "../errors.ts";
import { lowerRate, lowestRate } from "./analysis/baseline.ts";
import { longestPeriodMs, rateOfLanes } from "./analysis/settled.ts";
import { calmMs, unserved } from "./ask-alone.ts";
import type { DrillClock } from "./clock.ts";
import { type Lanes, startLanes } from "./lanes.ts";
import type { Load } from "./model/report.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";

/** Good answers before the break: what "before" means in the report. At a low rate it takes longer to see enough. */
export function baselineMs(ratePerSecond: number): number {
  return Math.max(2_000, 10_000 / ratePerSecond);
}

/** Lanes whose page bears being asked as often as they ask. */
export interface SteadyLanes {
  readonly lanes: Lanes;
  readonly load: Load;
}

/**
 * Samples the page until a random moment of the longest period, as often as it bears: where requests fail before anything
 * is broken, the rate is lowered, down to two a second.
 * @throws LabError `verify` where the page fails even then: the drill would measure itself.
 */
export async function steadyLanes(
  ways: readonly WayIn[],
  options: DrillOptions,
  clock: DrillClock,
): Promise<SteadyLanes> {
  const { lab, machines, settleMs, isPage, signal, say } = options;
  const askedPerSecond = rateOfLanes(ways.length, machines.breaks.local, options.ratePerSecond);
  const tooMany: { ratePerSecond: number; why: string }[] = [];
  say("sampling the page before the break");
  for (let rate: number | undefined = askedPerSecond; rate !== undefined; ) {
    const lanes = await startLanes(ways, {
      ...{ clock, ratePerSecond: rate, requestTimeoutMs: requestLimitMs(lab), settleMs, isPage },
    });
    try {
      await delay(baselineMs(rate) + Math.random() * longestPeriodMs(ways), undefined, { signal });
    } catch (error) {
      await lanes.stop();
      throw error;
    }
    const why = lanes.fault(rate === lowestRate);
    if (why === undefined) return { lanes, load: { askedPerSecond, ratePerSecond: rate, tooMany } };
    await lanes.stop();
    tooMany.push({ ratePerSecond: rate, why });
    rate = lowerRate(rate);
    if (rate === undefined) break;
    say(`${why}: trying ${rate} requests a second`);
    for (const way of ways) {
      const seen = await unserved(way, options, calmMs);
      if (seen !== undefined) throw unsteady(tooMany, seen);
    }
  }
  throw unsteady(tooMany);
}

function unsteady(tried: Load["tooMany"], alone?: string): LabError {
  const how =
    alone === undefined
      ? `when it is asked ${lowestRate} times a second`
      : `when it is asked alone: ${alone}`;
  return new LabError("page-unsteady", `the page fails before anything is broken, even ${how}`, {
    details: [
      ...tried.map(({ ratePerSecond, why }) => `${ratePerSecond} requests a second: ${why}`),
      "nothing was broken: what the drill would measure is its own load, or what the page lacks already",
    ],
    remedy: ["npx mesos-lab verify", "npx mesos-lab demo"],
  });
}
