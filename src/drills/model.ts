import type { Learning } from "../lab/catalogue/method.ts";

/** The words of a drill: plain data, so that `--json` prints all of it and pictures are drawn from it. */

/** What became of one request. Everything but `ok` is a miss. */
export type Outcome =
  | "ok"
  | "refused"
  | "reset"
  | "503"
  | `http-${number}`
  | "timeout"
  | "wrong-page"
  | "unreachable"
  | "no-name";

/** One request. All times of a drill are milliseconds on one monotonic clock that starts with the drill. */
export interface Sample {
  /** When it was sent. */
  readonly at: number;
  readonly tookMs: number;
  readonly outcome: Outcome;
}

/** Consecutive requests (in the order of sending) that ended alike. */
export interface OutcomeRun {
  readonly outcome: Outcome;
  /** When its first request was sent. */
  readonly from: number;
  /** When its last request was sent. */
  readonly to: number;
  readonly count: number;
}

/** How the sampling itself went: what the figures rest upon. */
export interface Sampling {
  readonly ratePerSecond: number;
  readonly requestTimeoutMs: number;
  /** Requests sent, the unanswered ones among them. */
  readonly sent: number;
  /** In flight when the sampler was stopped: no samples. */
  readonly unanswered: number;
  /** Turns that passed unused because this process was not on time. */
  readonly missedSlots: number;
  /** Turns left out because too many requests were in flight. */
  readonly crowdedSlots: number;
  /** Requests that failed for want of something on this host (descriptors, ports): no samples. */
  readonly localFaults: number;
  /** The cap on samples was reached, so that sampling ended early. */
  readonly full: boolean;
}

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

/** One way to the page: the discovery method, and what a client saw through it. */
export interface Lane {
  readonly method: string;
  readonly url: string;
  /** How its method learns of a change, as it is configured. */
  readonly learns: Learning;
  readonly runs: readonly OutcomeRun[];
  readonly outage: Outage;
  readonly sampling: Sampling;
  /** Every request, where the caller keeps them. */
  readonly samples?: readonly Sample[];
}

export const markSources = [
  "drill",
  "docker",
  "zookeeper",
  "mesos",
  "marathon",
  "discovery",
  "haproxy",
  "page",
] as const;
export type MarkSource = (typeof markSources)[number];

/** Something that happened during a drill. */
export interface Mark {
  /** When this host learnt of it, or `atOfWall` of the time that another machine told. */
  readonly at: number;
  /** A look at intervals showed it: it happened no earlier than the look before, at this time. */
  readonly earliest?: number;
  readonly source: MarkSource;
  /** A few words; the same thing told by two sources has the same words. */
  readonly what: string;
  readonly detail?: string;
  /** The method that it concerns; without it, all. */
  readonly lane?: string;
  /** The time is another machine's: it is only as good as that machine's clock. */
  readonly remoteClock?: boolean;
}

/** The words of the marks that every drill makes, so that chains of different drills can be compared. */
export const marks = {
  offer: "offer accepted",
  running: "TASK_RUNNING",
  reloaded: "HAProxy reloaded",
  records: "records changed",
  firstMiss: "first miss",
  firstGood: "first 200",
} as const;

export interface DrillReport {
  readonly format: 1;
  readonly drill: string;
  readonly lab: string;
  readonly stack: string;
  /** Wall clock of the clock's zero, ISO 8601. */
  readonly startedAt: string;
  readonly breakAt: number;
  /** What was broken: a task's id, a container's or a machine's name. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** One line: machines, versions, host. */
  readonly environment: string;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  /** The app's `host:port`s before the break and after the recovery. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly recovered: boolean;
  /** The last state seen of every part, by its name; told when not recovered. */
  readonly lastSeen: Readonly<Record<string, string>>;
  /** Sentences that the reader must know: what could not be put back, what was not measured. */
  readonly notes: readonly string[];
}
