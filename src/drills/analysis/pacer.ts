import type { Sample } from "../model/sampling.ts";
import { lowerRate, lowestRate } from "./baseline.ts";
import { formatAt } from "./words.ts";

/** What counts as "now" for whether the page is away. */
const recentMs = 2_000;
/** A page that has been away for so long without a word is asked less often: it may be the asking that keeps it away. */
const patienceMs = 5_000;
/** The same for a page that has answered meanwhile, as long as it was asked less often. */
const suspiciousMs = 1_500;
/** So many good answers in a row say that the page is there. */
const goodInARow = 3;
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

/**
 * Decides how often a page is asked during its outage. While most requests time out for long, it is asked less often; when
 * it answers then, as often as before. A page that goes away again by that, and answers again when it is asked less often,
 * is kept away by the drill: that is told, and the rate is lowered for good. A page that comes back by itself stays.
 */
export function startPacer(options: { readonly breakAt: number; readonly ratePerSecond: number }): Pacer {
  const { breakAt } = options;
  const ownLoad = new Map<string, string>();
  /** When each way answered while it was asked less often. */
  const answered = new Map<string, number>();
  let rate = options.ratePerSecond;
  /** Since when the page is asked at this rate: what it did before is no news. */
  let rateSince = Number.NEGATIVE_INFINITY;
  let awaySince: number | undefined;
  let gentleSince: number | undefined;

  const gentleRate = (now: number) => {
    const enough = 1_000 / (precision * (now - (awaySince ?? now) + 1));
    return Math.max(lowestRate, Math.min(rate / 2, enough));
  };

  const usual = (now: number, lanes: readonly PacedLane[]): number => {
    const from = Math.max(rateSince, now - recentMs);
    const away = lanes.filter(({ samples }) => isAway(samples, from));
    if (away.length === 0 || away.length * 2 < lanes.length) {
      awaySince = undefined;
      return rate;
    }
    awaySince ??= from;
    const limit = away.some(({ way }) => answered.has(way)) ? suspiciousMs : patienceMs;
    if (rate <= lowestRate || now - awaySince < limit) return rate;
    gentleSince = now;
    return gentleRate(now);
  };

  const gentle = (now: number, since: number, lanes: readonly PacedLane[]): number => {
    const back = lanes.filter(({ samples }) => answersInARow(samples, since));
    if (back.length === 0) return gentleRate(now);
    const again = back.flatMap(({ way }) => answered.get(way) ?? []);
    if (again.length > 0) {
      for (const { way } of back) {
        const first = answered.get(way);
        if (first === undefined) continue;
        const times = [first, now].map((at) => formatAt(at - breakAt)).join(" and at ");
        ownLoad.set(
          way,
          `asked less often, the page answered at ${times}, while most of ${rate} requests a second timed out between`,
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
}

/** Whether the page has hardly answered since then, and most requests got no word at all. */
function isAway(samples: readonly Sample[], since: number): boolean {
  const recent = sentSince(samples, since);
  const missed = recent.filter(({ outcome }) => outcome !== "ok");
  const silent = missed.filter(({ outcome }) => outcome === "timeout");
  return missed.length > 0 && missed.length >= recent.length * 0.8 && silent.length * 2 >= missed.length;
}

function answersInARow(samples: readonly Sample[], since: number): boolean {
  const recent = sentSince(samples, since);
  return recent.length >= goodInARow && recent.slice(-goodInARow).every(({ outcome }) => outcome === "ok");
}

/** Those that were sent since then; the others ended before the first of them, or soon after. */
function sentSince(samples: readonly Sample[], since: number): readonly Sample[] {
  const ended = samples.slice(samples.findLastIndex(({ at, tookMs }) => at + tookMs < since) + 1);
  return ended.filter(({ at }) => at >= since);
}
