import type { Sample, Sampling } from "../model/sampling.ts";
import { percentile } from "./outage.ts";
import { formatCount, formatMs, missesInWords } from "./words.ts";

/** An answer that takes longer speaks of a queue; half of the shortest time limit, so that no hiccup makes it a miss. */
const slowMs = 500;
/** Less than this is no sign of a queue. */
const slackMs = slowMs / 5;

/** What one lane has shown before the break. */
export interface Baseline {
  readonly samples: readonly Sample[];
  readonly sampling: Sampling;
  /** How long the oldest request without an answer has been on its way. */
  readonly oldestMs: number;
}

/**
 * Why figures that are taken at this rate would tell of the drill's requests rather than of the page; undefined where
 * nothing speaks against it. With `lowest`, only failed requests do: there is no rate to go down to.
 */
export function baselineFault(
  { samples, sampling, oldestMs }: Baseline,
  lowest: boolean,
): string | undefined {
  const failed = samples.filter(({ outcome }) => outcome !== "ok");
  if (failed.length > 0)
    return `${formatCount(failed.length)} of ${formatCount(samples.length)} requests failed (${missesInWords(failed)})`;
  if (samples.length === 0) return "no request was answered";
  if (lowest) return undefined;
  const { missedSlots, crowdedSlots, localFaults, sent } = sampling;
  if (crowdedSlots > 0) return `${formatCount(crowdedSlots)} requests had to wait for others to end`;
  if (localFaults > 0) return `${formatCount(localFaults)} requests failed on this host`;
  if (missedSlots > (sent + missedSlots) / 4)
    return `this host was too busy to send ${formatCount(missedSlots)} of ${formatCount(sent + missedSlots)} requests in time`;
  if (oldestMs > slowMs) return `a request has had no answer for ${formatMs(oldestMs)}`;
  const took = samples.toSorted((a, b) => a.at - b.at).map(({ tookMs }) => tookMs);
  const slow = percentile(took, 99) ?? 0;
  if (slow > slowMs) return `answers took up to ${formatMs(slow)}`;
  const half = Math.floor(took.length / 2);
  const [before, after] = [percentile(took.slice(0, half), 50), percentile(took.slice(half), 50)];
  if (before !== null && after !== null && after > 2 * before + slackMs)
    return `answers took longer and longer: ${formatMs(before)} at first, ${formatMs(after)} in the end`;
  return undefined;
}

/** Fewer requests than twice a second would say little of an outage. */
export const lowestRate = 2;

/** The next lower rate to try; undefined below the lowest. */
export function lowerRate(rate: number): number | undefined {
  return rate <= lowestRate ? undefined : Math.max(lowestRate, Math.floor(rate / 2));
}
