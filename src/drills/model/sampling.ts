/** What became of one request. Everything but `ok` is a miss. */
export type RequestOutcome =
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
  readonly outcome: RequestOutcome;
}

/** Consecutive requests (in the order of sending) that ended alike. */
export interface OutcomeRun {
  readonly outcome: RequestOutcome;
  /** When its first request was sent. */
  readonly from: number;
  /** When its last request was sent. */
  readonly to: number;
  readonly count: number;
}

/** How the sampling itself went: what the figures rest upon. */
export interface Sampling {
  readonly ratePerSecond: number;
  /** The lowest rate of the drill, where it was lowered on the way. */
  readonly slowestRate: number;
  readonly requestTimeoutMs: number;
  /** Requests sent, the unanswered ones among them. */
  readonly sent: number;
  /** In flight when the sampler was stopped: no samples. */
  readonly unanswered: number;
  /** Turns that passed unused because this process was not on time. */
  readonly missedSlots: number;
  /** Turns left out because too many requests were in flight. */
  readonly crowdedSlots: number;
  /** Requests that failed for want of something on this host (descriptors, ports, time): no samples. */
  readonly localFaults: number;
  /** The cap on samples was reached, so that sampling ended early. */
  readonly full: boolean;
}
