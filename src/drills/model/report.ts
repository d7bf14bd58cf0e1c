import type { Learning } from "../../lab/catalogue/method.ts";
import type { Outage } from "./outage.ts";
import type { OutcomeRun, Sampling } from "./sampling.ts";

/** The words of a drill: plain data, so that `--json` prints all of it and pictures are drawn from it. */

/** One way in, and what a client saw through it. */
export interface Lane {
  readonly way: string;
  readonly url: string;
  /** How its method learns of a change, as it is configured. */
  readonly learns: Learning;
  readonly runs: readonly OutcomeRun[];
  readonly outage: Outage;
  readonly sampling: Sampling;
  /** What speaks for the drill's own requests as the cause of its outage, as a clause; absent where nothing does. */
  readonly ownLoad?: string;
}

/** What a client saw that writes to Marathon beside the page: an outage of its own. */
export interface ControlPlane {
  /** The request. */
  readonly write: string;
  readonly runs: readonly OutcomeRun[];
  readonly outage: Outage;
  readonly sampling: Sampling;
}

/** How often the drill asked each way in, and what it had to leave. */
export interface Load {
  readonly askedPerSecond: number;
  /** At the break; `slowestRate` of each lane says whether it was lowered after it. */
  readonly ratePerSecond: number;
  /** Rates that the page did not bear before anything was broken, and what it did. */
  readonly tooMany: readonly { readonly ratePerSecond: number; readonly why: string }[];
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
  /** When this host learnt of it. */
  readonly at: number;
  /** A look at intervals showed it: it happened no earlier than the look before, at this time. */
  readonly earliest?: number;
  readonly source: MarkSource;
  /** A few words; the same thing told by two sources has the same words. */
  readonly what: string;
  readonly detail?: string;
  /** The way in that it concerns; without it, all. */
  readonly lane?: string;
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
  readonly load: Load;
  readonly lanes: readonly Lane[];
  /** Only of drills that break what Marathon's writes need. */
  readonly controlPlane?: ControlPlane;
  readonly marks: readonly Mark[];
  /** The app's `host:port`s before the break and after the recovery. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly recovered: boolean;
  /** The last state seen of all that was looked at, by its name; told when not recovered. */
  readonly lastSeen: Readonly<Record<string, string>>;
  /** Sentences that the reader must know: what could not be put back, what was not measured. */
  readonly notes: readonly string[];
}
