import type { Latency, Outage, OutageState } from "../model/outage.ts";
import type { OutcomeRun, Sample } from "../model/sampling.ts";

export interface AnalyseOptions {
  /** A run without a miss that lasts so long, up to the end, is a recovery. */
  readonly settleMs: number;
  /** When the break was done; misses that a good answer before the break follows are no part of the outage. */
  readonly breakAt?: number | undefined;
  /** Requests sent after this time may still miss (`Sampler.horizon()`): no run is settled by them. */
  readonly until?: number | undefined;
}

/** What the samples say of the outage. Only the times of sending count: answers may arrive in any order. */
export function analyse(samples: readonly Sample[], options: AnalyseOptions): Outage {
  const sent = inOrder(samples);
  const { breakAt } = options;
  const lead = breakAt === undefined ? -1 : sent.findLastIndex((s) => isOk(s) && s.at <= breakAt);
  const first = sent.findIndex((s, i) => i > lead && !isOk(s));
  const last = sent.findLastIndex((s, i) => i > lead && !isOk(s));
  const back = first === -1 ? undefined : sent[last + 1];
  const miss = sent[first];
  const lastMiss = sent[last];
  const good = sent[first - 1];
  const end = sent.at(-1)?.at ?? 0;
  const known = Math.min(end, options.until ?? end);
  const state = stateOf(sent, miss, back, known, options.settleMs);
  const startedAt = miss === undefined ? null : (good?.at ?? miss.at);
  const endedAt = state === "recovered" ? (back?.at ?? null) : null;
  const turn = startedAt ?? breakAt ?? Number.POSITIVE_INFINITY;
  return {
    state,
    neverDown: state === "never-down",
    neverBack: state === "never-back" || state === "unsettled",
    startedAt,
    endedAt,
    ms: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    atLeastMs: miss && lastMiss ? (state === "never-back" ? end : lastMiss.at) - miss.at : 0,
    resolutionMs: resolution(sent, good, miss, lastMiss, back),
    startUnknown: miss !== undefined && good === undefined,
    badBeforeBreak:
      miss !== undefined &&
      breakAt !== undefined &&
      sent.some((s, i) => i >= first && !isOk(s) && s.at + s.tookMs < breakAt),
    firstMissAt: miss?.at ?? null,
    lastMissAt: lastMiss?.at ?? null,
    sent: sent.length,
    failed: sent.filter((s) => !isOk(s)).length,
    earlierMisses: sent.filter((s, i) => i < lead && !isOk(s)).length,
    byKind: countKinds(sent),
    flaps: runsOf(sent.slice(lead + 1).map(goodOrBad)).filter((run) => run.outcome !== "ok").length,
    longestGapMs: longest([sent[0]?.at ?? 0, ...sent.filter(isOk).map((s) => s.at), end]),
    longestBlindMs: longest(sent.map((s) => s.at)),
    intervalMs: usualInterval(sent),
    latency: {
      before: latency(sent.filter((s) => s.at <= turn)),
      during: latency(
        sent.filter((s) => miss && s.at > turn && s.at < (endedAt ?? Number.POSITIVE_INFINITY)),
      ),
      after: latency(
        sent.filter((s) => s.at > turn && (miss === undefined || (endedAt !== null && s.at >= endedAt))),
      ),
    },
  };
}

/** The samples as runs of equal outcomes, in the order of sending: all that a picture needs. */
export function runsOf(samples: readonly Sample[]): OutcomeRun[] {
  const runs: { outcome: Sample["outcome"]; from: number; to: number; count: number }[] = [];
  for (const { at, outcome } of inOrder(samples)) {
    const run = runs.at(-1);
    if (run?.outcome === outcome) {
      run.to = at;
      run.count += 1;
    } else runs.push({ outcome, from: at, to: at, count: 1 });
  }
  return runs;
}

function stateOf(
  sent: readonly Sample[],
  miss: Sample | undefined,
  back: Sample | undefined,
  known: number,
  settleMs: number,
): OutageState {
  if (sent.length === 0) return "no-samples";
  if (miss === undefined) return "never-down";
  if (back === undefined) return "never-back";
  return known - back.at >= settleMs ? "recovered" : "unsettled";
}

function inOrder(samples: readonly Sample[]): Sample[] {
  return samples
    .filter((s) => Number.isFinite(s.at) && Number.isFinite(s.tookMs))
    .sort((a, b) => a.at - b.at || a.tookMs - b.tookMs || (a.outcome < b.outcome ? -1 : 1));
}

function isOk(sample: Sample): boolean {
  return sample.outcome === "ok";
}

function goodOrBad(sample: Sample): Sample {
  return isOk(sample) ? sample : { ...sample, outcome: "unreachable" };
}

function resolution(sent: readonly Sample[], ...edges: (Sample | undefined)[]): number {
  const [good, miss, lastMiss, back] = edges;
  const blind = [usualInterval(sent)];
  // The page may have changed at any moment while a request at the edge was on its way.
  if (good && miss) blind.push(miss.at - good.at, good.tookMs);
  if (lastMiss && back) blind.push(back.at - lastMiss.at, back.tookMs);
  return Math.max(...blind);
}

function countKinds(sent: readonly Sample[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { outcome } of sent) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((at, i) => at - (times[i] ?? at));
}

function longest(times: readonly number[]): number {
  return gaps(times).reduce((max, gap) => Math.max(max, gap), 0);
}

function usualInterval(sent: readonly Sample[]): number {
  return percentile(gaps(sent.map((s) => s.at)), 50) ?? 0;
}

function latency(samples: readonly Sample[]): Latency {
  const took = samples.filter(isOk).map((s) => s.tookMs);
  return {
    answers: took.length,
    p50Ms: percentile(took, 50),
    p99Ms: percentile(took, 99),
    maxMs: percentile(took, 100),
  };
}

/** By nearest rank, so that it is always a value that was measured. */
export function percentile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? null;
}
