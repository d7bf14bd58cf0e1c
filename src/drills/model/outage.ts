/** How long good answers took; the slowest of them says whether "never down" was felt. */
export interface Latency {
  readonly answers: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export const outageStates = ["no-samples", "never-down", "recovered", "unsettled", "never-back"] as const;
/** `unsettled`: good answers came back, but not for the whole settle time. */
export type OutageState = (typeof outageStates)[number];

export interface Outage {
  readonly state: OutageState;
  readonly neverDown: boolean;
  /** No settled run of good answers at the end: `never-back` or `unsettled`. */
  readonly neverBack: boolean;
  /** The last good request before the first miss; the first miss where nothing good preceded it. */
  readonly startedAt: number | null;
  /** The first good request of the settled run. */
  readonly endedAt: number | null;
  /** From `startedAt` to `endedAt`; null where there was no outage or no end of it. */
  readonly ms: number | null;
  /** From the first miss to the last: the outage was not shorter than this. */
  readonly atLeastMs: number;
  /** The uncertainty of `ms`: the widest blind spot at its two ends. */
  readonly resolutionMs: number;
  /** No good answer preceded the first miss, so `startedAt` is a guess. */
  readonly startUnknown: boolean;
  /** The page had already failed before the break: the break is not the whole cause. */
  readonly badBeforeBreak: boolean;
  readonly firstMissAt: number | null;
  readonly lastMissAt: number | null;
  readonly sent: number;
  readonly failed: number;
  /** Misses before the last good request that preceded the break: no part of the outage. */
  readonly earlierMisses: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Separate runs of misses; more than one means that the page flapped. */
  readonly flaps: number;
  /** The longest time between two good requests, the ends of the sampling included. */
  readonly longestGapMs: number;
  /** The longest time between two requests of any kind: what the sampler could not see. */
  readonly longestBlindMs: number;
  /** The usual time between two requests. */
  readonly intervalMs: number;
  readonly latency: { readonly before: Latency; readonly during: Latency; readonly after: Latency };
}
