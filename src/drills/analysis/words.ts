import type { Outage } from "../model/outage.ts";
import type { ControlPlane, DrillReport, Lane } from "../model/report.ts";
import type { RequestOutcome, Sample } from "../model/sampling.ts";
import type { Standing } from "./live.ts";
import { lostLanes } from "./settled.ts";
import type { Spread } from "./timeline.ts";

/** The kinds that pictures tell apart, in the order of their legends. */
export const kinds = [
  { kind: "ok", letter: "=", words: "good answer" },
  { kind: "503", letter: "5", words: "503" },
  { kind: "refused", letter: "r", words: "refused" },
  { kind: "reset", letter: "x", words: "reset" },
  { kind: "timeout", letter: "t", words: "timed out" },
  { kind: "http", letter: "h", words: "other HTTP status" },
  { kind: "wrong-page", letter: "w", words: "wrong page" },
  { kind: "unreachable", letter: "u", words: "unreachable" },
  { kind: "no-name", letter: "n", words: "name not found" },
] as const;
export type Kind = (typeof kinds)[number]["kind"];

export function kindOf(outcome: RequestOutcome): Kind {
  return kinds.find(({ kind }) => kind === outcome)?.kind ?? "http";
}

/** An outcome as people say it: `http-404` is "HTTP 404". */
export function outcomeWords(outcome: string): string {
  if (outcome.startsWith("http-")) return `HTTP ${outcome.slice(5)}`;
  return kinds.find(({ kind }) => kind === outcome)?.words ?? outcome;
}

/** A length of time with three digits that matter. */
export function formatMs(ms: number): string {
  if (ms < 0) return `−${formatMs(-ms)}`;
  if (ms < 9.95) return `${ms.toFixed(1).replace(/\.0$/, "")} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A time relative to the break: `+1.234 s`. */
export function formatAt(ms: number): string {
  const sign = Math.round(ms) < 0 ? "−" : "+";
  return `${sign}${(Math.abs(Math.round(ms)) / 1000).toFixed(3)} s`;
}

/** `1234567` is `1,234,567` in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The outage as a number to be read aloud, and how sure it is. */
export function headline({ outage, ownLoad }: Pick<Lane, "outage" | "ownLoad">): Headline {
  const { figure, sure } = outageHeadline(outage);
  return { figure, sure: ownLoad === undefined ? sure : `${sure}; perhaps the drill's own load` };
}

export interface Headline {
  readonly figure: string;
  readonly sure: string;
}

function outageHeadline(outage: Outage): Headline {
  switch (outage.state) {
    case "no-samples":
      return { figure: "not measured", sure: "no request was answered in time to count" };
    case "never-down":
      return { figure: "no outage", sure: `none longer than ${formatMs(outage.longestGapMs)}` };
    case "recovered": {
      const served = servedShare(outage);
      const [figure, sure] = [formatMs(outage.ms ?? 0), `± ${formatMs(outage.resolutionMs)}`];
      if (served < offAndOnShare) return { figure, sure };
      return {
        figure: `${figure} off and on`,
        sure: `${sure}; ${Math.floor(served * 100)} % of the requests in it were answered`,
      };
    }
    case "unsettled":
      return { figure: `> ${formatMs(outage.atLeastMs)}`, sure: "good answers came back, but did not last" };
    case "never-back":
      return { figure: `> ${formatMs(outage.atLeastMs)}`, sure: "it did not come back" };
  }
}

/** From this share of good answers on, the page was not away for all of its outage. */
const offAndOnShare = 0.1;

/** The share of the requests between the ends of an outage that were answered well, 0 to 1. */
function servedShare({ latency, failed, earlierMisses }: Outage): number {
  const { answers } = latency.during;
  const all = answers + failed - earlierMisses;
  return all === 0 ? 0 : answers / all;
}

/** How a lane stands while the drill goes on, as a predicate that changes only when there is news. */
export function standingInWords({ state }: Pick<Standing, "state">): string {
  switch (state) {
    case "no-samples":
      return "has not been asked yet";
    case "never-down":
      return "answers";
    case "recovered":
      return "is back";
    case "unsettled":
      return "answers again";
    case "never-back":
      return "is away";
  }
}

/** What happened to the requests, in one sentence; what they asked for is the page, or another subject. */
export function summary(outage: Outage, subject = "The page"): string {
  const { sent, failed, flaps, latency } = outage;
  if (sent === 0) return "No request was answered.";
  const slowest = Math.max(latency.before.maxMs ?? 0, latency.during.maxMs ?? 0, latency.after.maxMs ?? 0);
  if (failed === 0)
    return `All ${formatCount(sent)} requests were answered well, the slowest in ${formatMs(slowest)}.`;
  const flapped = flaps > 1 ? ` ${subject} went away ${flaps} times.` : "";
  return `${formatCount(failed)} of ${formatCount(sent)} requests failed: ${countsInWords(outage.byKind)}.${flapped}`;
}

/** The outage of the control plane in one line. */
export function controlPlaneWords({ outage }: Pick<ControlPlane, "outage">): string {
  const { figure, sure } = headline({ outage });
  return `Control plane: ${figure} (${sure}). Writes to Marathon: ${summary(outage, "It")}`;
}

/** What became of requests that failed: `3 × timed out, 1 × 503`. */
export function missesInWords(misses: readonly Pick<Sample, "outcome">[]): string {
  const counts: Record<string, number> = {};
  for (const { outcome } of misses) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return countsInWords(counts);
}

function countsInWords(byKind: Readonly<Record<string, number>>): string {
  return Object.entries(byKind)
    .filter(([kind]) => kind !== "ok")
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${formatCount(count)}\u00a0×\u00a0${outcomeWords(kind)}`)
    .join(", ");
}

/** What makes the outages of several runs less than they seem; empty where nothing does. */
export function spreadDoubts({ outage, ownLoad }: { outage: Spread; ownLoad: number }): string {
  return [
    ...(outage.without > 0 ? [`${outage.without} of ${outage.runs} without an end`] : []),
    ...(ownLoad > 0 ? [`${ownLoad} of ${outage.runs} perhaps the drill's own load`] : []),
  ].join("; ");
}

/** What an unrecovered drill has lost, in one sentence without a stop. */
export function lossInWords({ lanes }: Pick<DrillReport, "lanes">): string {
  const lost = lostLanes(lanes);
  if (lost.length === 0)
    return "the page is served, but the rest of the lab is not as it was before the drill";
  const ways = lanes.length > 1 ? `: not served for good by ${lost.join(", ")}` : "";
  return `the lab did not recover by the deadline${ways}`;
}
