import { setTimeout as delay } from "node:timers/promises";
import type { WayIn } from "../demo/ways-in.ts";
import { analyse, runsOf } from "./analysis/outage.ts";
import { isSettled } from "./analysis/settled.ts";
import type { DrillClock } from "./clock.ts";
import type { Outage } from "./model/outage.ts";
import type { Lane } from "./model/report.ts";
import { type Sampler, startSampler } from "./sample/sampler.ts";

/** Good answers before the break: what "before" means in the report. */
export const baselineMs = 2000;
/** A page that takes longer does not count as served. */
export const requestTimeoutMs = 1000;

/** The samplers of a drill: one for each way in, all on one clock. */
export interface Lanes {
  /** What is known of each lane now, and whether more is to be expected. */
  look(breakAt: number, sinceBreakMs: number): readonly LaneNow[];
  stop(): Promise<void>;
  /** What the report says of them; after the stop. */
  lanes(breakAt: number): readonly Lane[];
}

export interface LaneNow {
  readonly way: string;
  readonly outage: Outage;
  readonly settled: boolean;
}

export interface LaneOptions {
  readonly clock: DrillClock;
  readonly ratePerSecond: number;
  readonly settleMs: number;
  readonly isPage: (body: string, status: number) => boolean;
}

export async function startLanes(ways: readonly WayIn[], options: LaneOptions): Promise<Lanes> {
  const { clock, ratePerSecond, settleMs, isPage } = options;
  const open: { readonly way: WayIn; readonly sampler: Sampler }[] = [];
  for (const way of ways) {
    // Requests of different lanes take turns: all at once they would wait for each other.
    if (open.length > 0) await delay(1_000 / ratePerSecond / ways.length);
    const { url, host, resolve } = way;
    const sampler = startSampler({
      ...{ url, host, resolve, clock, ratePerSecond, requestTimeoutMs, isGood: isPage },
    });
    open.push({ way, sampler });
  }
  const outageOf = (sampler: Sampler, breakAt: number) =>
    analyse(sampler.samples, { settleMs, breakAt, until: sampler.horizon() });
  return {
    look: (breakAt, sinceBreakMs) =>
      open.map(({ way, sampler }) => {
        const outage = outageOf(sampler, breakAt);
        const settled = isSettled(outage, way.learns, { sinceBreakMs, settleMs });
        return { way: way.name, outage, settled };
      }),
    stop: async () => {
      await Promise.all(open.map(({ sampler }) => sampler.stop()));
    },
    lanes: (breakAt) =>
      open.map(({ way, sampler }) => ({
        way: way.name,
        url: way.url,
        learns: way.learns,
        runs: runsOf(sampler.samples),
        outage: outageOf(sampler, breakAt),
        sampling: sampler.state(),
      })),
  };
}
