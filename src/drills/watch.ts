import { setTimeout as delay } from "node:timers/promises";
import type { Addresses } from "../demo/services.ts";
import type { WayIn } from "../demo/ways-in.ts";
import type { Lab } from "../lab/model.ts";
import type { Http } from "../probes/http.ts";
import { clean } from "../untrusted.ts";
import type { DrillClock } from "./clock.ts";
import type { Mark } from "./model/report.ts";
import { lookAtRoutes } from "./routes.ts";
import { watchMarathon } from "./watch-marathon.ts";
import { mesosLook } from "./watch-mesos.ts";

/** What the watchers have seen; grows until they are stopped. */
export interface LabWatch {
  readonly marks: readonly Mark[];
  /** When tasks of the app were first seen to have ended, by their ids. */
  readonly gone: ReadonlyMap<string, number>;
  /** The newest state of all that is looked at, by its name. */
  readonly lastSeen: Readonly<Record<string, string>>;
  /** Has all of it looked at no more often than suits so many requests for the page a second. */
  pace(ratePerSecond: number): void;
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly lab: Lab;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly clock: DrillClock;
  /** Whether many looks are no load. */
  readonly local: boolean;
  /** Whose routes are to be looked at. */
  readonly ways: readonly WayIn[];
}

/** How often each is looked at. A poll sees things late by up to this much. */
const pollMs = { marathon: 200, mesos: 500 } as const;

/** How often the routes of each way are looked at: many looks at once are a load for emulated machines. */
export function lookEveryMs(local: boolean, ways: readonly WayIn[]): number {
  return local ? 100 : Math.max(200, 100 * ways.length);
}

/** Looks are a load too: a page that bears few requests is not looked at many times in other ways. */
export function slowestLookMs(ratePerSecond: number): number {
  return 2_000 / ratePerSecond;
}

/** Watches Marathon's events and tasks, Mesos' task states and what the methods route to, until stopped. */
export function watchLab(options: WatchOptions): LabWatch {
  const { http, clock, ways } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const marks: Mark[] = [];
  const lastSeen: Record<string, string> = {};
  const marathon = watchMarathon({ ...options, marks });
  let leastMs = 0;

  const pause = (ms: number) => delay(Math.max(ms, leastMs), undefined, { signal }).catch(() => undefined);
  const poll = async (subject: string, everyMs: number, look: (signal: AbortSignal) => Promise<string>) => {
    while (!signal.aborted) {
      lastSeen[subject] = clean(await look(signal).catch(wordsOf));
      await pause(everyMs);
    }
  };
  const follow = async () => {
    while (!signal.aborted) {
      await marathon.follow(signal).catch(() => undefined);
      // Marathon is away, or has closed the stream: come back soon, but not in a hurry.
      await pause(pollMs.marathon);
    }
  };
  const all = [
    follow(),
    poll("marathon", pollMs.marathon, marathon.look),
    poll("mesos", pollMs.mesos, mesosLook({ ...options, marks })),
    ...lookAtRoutes(ways, { http, clock, marks }).map(({ subject, look }) =>
      poll(subject, lookEveryMs(options.local, ways), look),
    ),
  ];
  return {
    marks,
    gone: marathon.gone,
    lastSeen,
    pace: (ratePerSecond) => {
      leastMs = slowestLookMs(ratePerSecond);
    },
    stop: async () => {
      stop.abort();
      await Promise.all(all);
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
