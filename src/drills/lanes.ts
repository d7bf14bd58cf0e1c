import { setTimeout as delay } from "node:timers/promises";
import type { WayIn } from "../demo/ways-in.ts";
import { type Baseline, baselineFault } from "./analysis/baseline.ts";
import { follow, type Standing } from "./analysis/live.ts";
import { analyse, runsOf } from "./analysis/outage.ts";
import { isSettled } from "./analysis/settled.ts";
import type { DrillClock } from "./clock.ts";
import type { Lane } from "./model/report.ts";
import type { Sample } from "./model/sampling.ts";
import { type Sampler, startSampler } from "./sample/sampler.ts";

/** The samplers of a drill: one for each way in, all on one clock. */
export interface Lanes {
  /** Why no lane's figures could be trusted at this rate, by what was seen so far; undefined where they can. */
  fault(lowest: boolean): string | undefined;
  /** From now on `look` tells what has become of the lanes since this time. */
  broken(breakAt: number): void;
  /** How each lane stands now, and whether more is to be expected. */
  look(sinceBreakMs: number): readonly LaneNow[];
  /** Asks each way so often from now on. */
  pace(ratePerSecond: number): void;
  stop(): Promise<void>;
  /** What the report says of them; after the stop. `ownLoad` gives by way in what speaks for the drill's own load. */
  lanes(ownLoad: ReadonlyMap<string, string>): readonly Lane[];
}

export interface LaneNow extends Standing {
  readonly way: string;
  readonly samples: readonly Sample[];
  readonly settled: boolean;
}

export interface LaneOptions {
  readonly clock: DrillClock;
  readonly ratePerSecond: number;
  readonly requestTimeoutMs: number;
  readonly settleMs: number;
  readonly isPage: (body: string, status: number) => boolean;
}

export async function startLanes(ways: readonly WayIn[], options: LaneOptions): Promise<Lanes> {
  const { clock, ratePerSecond, requestTimeoutMs, settleMs, isPage } = options;
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
  const baselineOf = ({ samples, state, horizon }: Sampler): Baseline => ({
    ...{ samples, sampling: state(), oldestMs: clock.now() - horizon() },
  });
  let breakAt = Number.POSITIVE_INFINITY;
  let following: readonly { way: WayIn; sampler: Sampler; standing: (until: number) => Standing }[] = [];
  return {
    fault: (lowest) => {
      const faults = open.map(({ way, sampler }) => {
        const why = baselineFault(baselineOf(sampler), lowest);
        return why === undefined || ways.length === 1 ? why : `${way.name}: ${why}`;
      });
      return faults.find((why) => why !== undefined);
    },
    broken: (at) => {
      breakAt = at;
      following = open.map(({ way, sampler }) => ({
        ...{ way, sampler, standing: follow(sampler.samples, { settleMs, breakAt }) },
      }));
    },
    look: (sinceBreakMs) =>
      following.map(({ way, sampler, standing }) => {
        const now = standing(sampler.horizon());
        const settled = isSettled(now, way.learns, { sinceBreakMs, settleMs });
        return { way: way.name, samples: sampler.samples, ...now, settled };
      }),
    pace: (rate) => {
      for (const { sampler } of open) sampler.pace(rate);
    },
    stop: async () => {
      await Promise.all(open.map(({ sampler }) => sampler.stop()));
    },
    lanes: (ownLoad) =>
      open.map(({ way, sampler }) => {
        const why = ownLoad.get(way.name);
        return {
          ...{ way: way.name, url: way.url, learns: way.learns, runs: runsOf(sampler.samples) },
          outage: analyse(sampler.samples, { settleMs, breakAt, until: sampler.horizon() }),
          sampling: sampler.state(),
          ...(why !== undefined && { ownLoad: why }),
        };
      }),
  };
}
