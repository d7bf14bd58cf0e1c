import type { Sample } from "../model/sampling.ts";
import { lowerRate, lowestRate } from "./baseline.ts";
import { percentile } from "./outage.ts";
import { formatAt } from "./words.ts";

/** What counts as "now" for whether the page is away, in time limits of a request. */
const recentLimits = 2;
/** A page that has been away for so long without a word is asked less often: it may be the asking that keeps it away. */
const patienceMs = 5_000;
/** The same for a page that has answered meanwhile, as long as it was asked less often; in time limits. */
const suspiciousLimits = 1.5;
/** A page that leaves so many of its requests without a word, and answers the others slowly, is asked too often. */
const struggling = { silentShare: 0.2, slowLimits: 0.3 };
/** So many good answers in a row say that the page is there; of one that was served off and on, more are asked for. */
const goodInARow = { away: 3, struggling: 8 };
/** An outage is known to this part of its length at least, however seldom the page is asked. */
const precision = 0.02;

export interface PacedLane {
  readonly way: string;
  /** In the order of completion. */
  readonly samples: readonly Sample[];
}

export interface Pacer {
  /** How often each way is to be asked from now on. */
  look(now: number, lanes: readonly PacedLane[]): number;
  /** By way in: what speaks for the drill's own requests as the cause, as a clause. */
  readonly ownLoad: ReadonlyMap<string, string>;
}

export interface PacerOptions {
  readonly breakAt: number;
  readonly ratePerSecond: number;
  /** When a request is given up. */
  readonly requestTimeoutMs: number;
}

/**
 * Decides how often a page is asked during its outage. While most requests time out for long, or many do and
 * the others are answered slowly, it is asked less often; when
 * it answers then, as often as before. A page that goes away again by that, and answers again when it is asked less often,
 * is kept away by the drill: that is told, and the rate is lowered for good. A page that comes back by itself stays.
 */
export function startPacer(options: PacerOptions): Pacer {
  const { breakAt, requestTimeoutMs } = options;
  const ownLoad = new Map<string, string>();
  /** When each way answered while it was asked less often. */
  const answered = new Map<string, number>();
  let rate = options.ratePerSecond;
  /** Since when the page is asked at this rate: what it did before is no news. */
  let rateSince = Number.NEGATIVE_INFINITY;
  let awaySince: number | undefined;
  let gentleSince: number | undefined;
  let wantedInARow = goodInARow.away;

  const gentleRate = (now: number) => {
    const enough = 1_000 / (precision * (now - (awaySince ?? now) + 1));
    return Math.max(lowestRate, Math.min(rate / 2, enough));
  };

  const usual = (now: number, lanes: readonly PacedLane[]): number => {
    const from = Math.max(rateSince, now - recentLimits * requestTimeoutMs);
    const away = lanes.filter(({ samples }) => isAway(samples, from) || struggles(samples, from));
    if (away.length === 0 || away.length * 2 < lanes.length) {
      awaySince = undefined;
      return rate;
    }
    awaySince ??= from;
    const limit = away.some(({ way }) => answered.has(way))
      ? suspiciousLimits * requestTimeoutMs
      : patienceMs;
    if (rate <= lowestRate || now - awaySince < limit) return rate;
    gentleSince = now;
    wantedInARow = away.every(({ samples }) => isAway(samples, from))
      ? goodInARow.away
      : goodInARow.struggling;
    return gentleRate(now);
  };

  const gentle = (now: number, since: number, lanes: readonly PacedLane[]): number => {
    const back = lanes.filter(({ samples }) => answersInARow(samples, since, wantedInARow));
    if (back.length === 0) return gentleRate(now);
    const again = back.flatMap(({ way }) => answered.get(way) ?? []);
    if (again.length > 0) {
      for (const { way } of back) {
        const first = answered.get(way);
        if (first === undefined) continue;
        const times = [first, now].map((at) => formatAt(at - breakAt)).join(" and at ");
        ownLoad.set(
          way,
          `asked less often, the page answered at ${times}, while many of ${rate} requests a second timed out between`,
        );
      }
      // Two steps at once: each trial fills the page's queue anew.
      rate = lowerRate(lowerRate(rate) ?? rate) ?? lowestRate;
    }
    for (const { way } of back) answered.set(way, now);
    [awaySince, gentleSince, rateSince] = [undefined, undefined, now];
    return rate;
  };

  return {
    ownLoad,
    look: (now, lanes) => (gentleSince === undefined ? usual(now, lanes) : gentle(now, gentleSince, lanes)),
  };

  /** Whether it is served off and on, as what is asked more than it can bear is. */
  function struggles(samples: readonly Sample[], since: number): boolean {
    const recent = sentSince(samples, since);
    const silent = recent.filter(({ outcome }) => outcome === "timeout");
    const good = recent.filter(({ outcome }) => outcome === "ok").map(({ tookMs }) => tookMs);
    const usual = percentile(good, 50);
    if (usual === null || silent.length + good.length < recent.length) return false;
    return (
      silent.length >= recent.length * struggling.silentShare &&
      usual > requestTimeoutMs * struggling.slowLimits
    );
  }
}

/** Whether the page has hardly answered since then, and most requests got no word at all. */
function isAway(samples: readonly Sample[], since: number): boolean {
  const recent = sentSince(samples, since);
  const missed = recent.filter(({ outcome }) => outcome !== "ok");
  const silent = missed.filter(({ outcome }) => outcome === "timeout");
  return missed.length > 0 && missed.length >= recent.length * 0.8 && silent.length * 2 >= missed.length;
}

function answersInARow(samples: readonly Sample[], since: number, count: number): boolean {
  const recent = sentSince(samples, since);
  return recent.length >= count && recent.slice(-count).every(({ outcome }) => outcome === "ok");
}

/** Those that were sent since then; the others ended before the first of them, or soon after. */
function sentSince(samples: readonly Sample[], since: number): readonly Sample[] {
  const ended = samples.slice(samples.findLastIndex(({ at, tookMs }) => at + tookMs < since) + 1);
  return ended.filter(({ at }) => at >= since);
}
