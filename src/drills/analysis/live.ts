import type { OutageState } from "../model/outage.ts";
import type { Sample } from "../model/sampling.ts";

/** How a lane stands while it is still sampled: what `analyse` would say of it, at a cost that does not grow with it. */
export interface Standing {
  readonly state: OutageState;
  readonly misses: number;
}

export interface LiveOptions {
  readonly settleMs: number;
  readonly breakAt: number;
}

/**
 * Follows a list of samples that grows in the order of completion. The returned function looks at those that have come
 * since its last call; `until` is the sampler's horizon.
 */
export function follow(samples: readonly Sample[], options: LiveOptions): (until: number) => Standing {
  const { settleMs, breakAt } = options;
  let seen = 0;
  let misses = 0;
  let end = Number.NEGATIVE_INFINITY;
  /** The last good request that was sent before the break. */
  let leadAt = Number.NEGATIVE_INFINITY;
  let lastMiss: Sample | undefined;
  /** When the good requests after the last miss were sent. */
  let good: number[] = [];

  const take = (sample: Sample) => {
    end = Math.max(end, sample.at);
    if (sample.outcome === "ok") {
      if (sample.at <= breakAt) leadAt = Math.max(leadAt, sample.at);
      if (lastMiss !== undefined && sample.at > lastMiss.at) good.push(sample.at);
      return;
    }
    misses += 1;
    if (lastMiss !== undefined && sample.at < lastMiss.at) return;
    lastMiss = sample;
    good = good.filter((at) => at > sample.at);
  };

  return (until) => {
    for (; seen < samples.length; seen += 1) take(samples[seen] as Sample);
    if (lastMiss !== undefined && lastMiss.at <= leadAt) lastMiss = undefined;
    return { state: stateNow(until), misses };
  };

  function stateNow(until: number): OutageState {
    if (seen === 0) return "no-samples";
    if (lastMiss === undefined) return "never-down";
    if (good.length === 0) return "never-back";
    const back = good.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
    return Math.min(end, until) - back >= settleMs ? "recovered" : "unsettled";
  }
}
