import type { Learning } from "../../lab/catalogue/method.ts";
import { type DrillReport, type Lane, type Mark, marks as words } from "../model.ts";
import { chainOf, type Step } from "./timeline.ts";
import { formatAt, formatMs } from "./words.ts";

/** What visitors were waiting for, in the order in which it usually comes. */
export const phases = [
  { kind: "ending", words: "end of the old task" },
  { kind: "offer", words: "offer, or back-off" },
  { kind: "starting", words: "start of the new task" },
  { kind: "telling", words: "event on its way" },
  { kind: "noticing", words: "wait for the next look" },
  { kind: "loading", words: "reload" },
  { kind: "keeping", words: "answer kept for its TTL" },
  { kind: "serving", words: "application not ready" },
  { kind: "returning", words: "what was broken coming back" },
  { kind: "unknown", words: "no mark tells" },
] as const;
export type PhaseKind = (typeof phases)[number]["kind"];

export interface Phase {
  readonly kind: PhaseKind;
  /** A few words: `poll interval (5 s)`. */
  readonly short: string;
  /** What was going on, as a clause; undefined where nothing can be said. */
  readonly clause?: string;
  /** No mark shows it: it follows from how the method works. */
  readonly inferred: boolean;
}

/** A stretch of a lane's way from the break to the first good answer. */
export interface Segment {
  readonly phase: Phase;
  readonly from: Mark;
  readonly to: Mark;
  readonly ms: number;
}

/** The segment that took longest, as a sentence too. */
export interface Dominant extends Segment {
  /** Of the time from the break to the end of the chain, 0 to 1. */
  readonly share: number;
  readonly sentence: string;
}

/** What a lane's visitors waited for, one segment after another; steps of one kind that follow each other are one. */
export function segmentsOf(chain: readonly Step[], learns: Learning): Segment[] {
  const path = criticalPath(chain);
  const segments: Segment[] = [];
  for (const [i, { mark, since }] of path.entries()) {
    const before = path[i - 1];
    if (before === undefined) continue;
    const [from, ms] = [before.mark, since - before.since];
    const phase = phaseOf(from, mark, learns);
    const last = segments.at(-1);
    if (last?.phase.kind === phase.kind && phase.kind !== "unknown")
      segments.splice(-1, 1, { ...last, to: mark, ms: last.ms + ms });
    else segments.push({ phase, from, to: mark, ms });
  }
  return segments;
}

/** Without what a method did before the new task ran: that it forgot the old one held nobody up. */
function criticalPath(chain: readonly Step[]): readonly Step[] {
  const ran = chain.findLastIndex(({ mark }) => mark.what === words.running);
  return chain.filter(({ mark }, i) => i > ran || mark.lane === undefined);
}

/** Which step of a chain took longest; undefined where there is no step at all. */
export function dominant(chain: readonly Step[], learns: Learning): Dominant | undefined {
  const total = chain.at(-1)?.since ?? 0;
  const [longest] = segmentsOf(chain, learns)
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
  if (longest === undefined) return undefined;
  const { from, to, ms, phase } = longest;
  const share = total > 0 ? ms / total : 0;
  const because = phase.clause === undefined ? "" : `: ${phase.clause}`;
  const sentence = `${formatMs(ms)} of the ${formatMs(total)} since the break (${Math.round(share * 100)} %) passed between “${from.what}” and “${to.what}”${because}.`;
  return { ...longest, share, sentence };
}

/** What took longest of the outage of a lane that recovered; nothing for one that was never down or is lost. */
export function dominates(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): Dominant | undefined {
  const chain = chainOf(report, lane.method);
  const isBack = chain.at(-1)?.mark.what === words.firstGood;
  return lane.outage.neverDown || !isBack ? undefined : dominant(chain, lane.learns);
}

/** Why the outage of a lane was as long as it was, or where its chain broke off; nothing where there was none. */
export function explain(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): string | undefined {
  const last = chainOf(report, lane.method).at(-1);
  if (last === undefined || lane.outage.neverDown) return undefined;
  if (last.mark.what === words.firstGood) return dominates(report, lane)?.sentence;
  return `The chain broke off after “${last.mark.what}” at ${formatAt(last.since)}: no later cause was seen.`;
}

const ended = /^TASK_(KILLED|FAILED|FINISHED|LOST|ERROR)$/;
const told = /^event to /;
/** The marks of breaks that end by themselves: no task has to be replaced. */
const returning = /( restarted|^reboot .*)$/;

/** How late a look, and the first request after it, may be. */
const slackMs = 1_500;

/** What was going on between two marks that follow each other, as far as the marks and the method's ways allow to say. */
export function phaseOf(
  { what: from, at: since }: Mark,
  { what: to, at: until }: Mark,
  learns: Learning,
): Phase {
  const { every, keptMs } = learns;
  const ms = until - since;
  const seen = (kind: PhaseKind, short: string, clause: string): Phase => ({
    ...{ kind, short, clause, inferred: false },
  });
  const guessed = (kind: PhaseKind, short: string, clause: string): Phase => ({
    ...{ kind, short, clause: `most likely ${clause}; no mark shows it`, inferred: true },
  });
  if (ended.test(to))
    return seen("ending", "end of the old task", "the old task was ending, and Mesos had to notice");
  if (to === words.offer)
    return seen(
      "offer",
      "offer or back-off",
      "Marathon was waiting for an offer of Mesos, or for its own back-off",
    );
  if (/^TASK_(STAGING|STARTING)$/.test(to))
    return seen("starting", "start of the new task", "the agent was preparing the task");
  if (to === words.running)
    return seen("starting", "start of the new task", "the new container was starting");
  if (told.test(to)) return seen("telling", "event", "Marathon's event was on its way");
  if (returning.test(from) && [words.reloaded, words.records, words.firstGood].some((what) => what === to))
    return seen("returning", "what was broken coming back", "what was broken was coming back");
  if (to === words.reloaded && told.test(from))
    return seen("loading", "reload after the event", "the new configuration was being written and loaded");
  if ((to === words.reloaded || to === words.records) && every !== undefined)
    return seen("noticing", periodWords(every), `${every.means}, and the next one had to come`);
  if (to === words.reloaded)
    return seen("loading", "reload", "the discovery had not noticed yet, or was writing its configuration");
  if (to !== words.firstGood) return { kind: "unknown", short: `until “${to}”`, inferred: false };
  // Beyond its TTL no client keeps an answer: something else held it up.
  if (from === words.records && keptMs !== undefined && ms <= keptMs + slackMs)
    return seen(
      "keeping",
      `TTL (${keptMs / 1000} s)`,
      "the client kept the old answer until its TTL was over",
    );
  if (from === words.reloaded || from === words.records)
    return seen("serving", "start of the application", "the application was still starting");
  if (told.test(from))
    return guessed("loading", "reload after the event", "the new configuration was being written and loaded");
  if (from === words.running && every !== undefined && ms <= every.ms + (keptMs ?? 0) + slackMs) {
    const kept = keptMs === undefined ? "" : `, and the client kept the old answer for its TTL`;
    return guessed("noticing", periodWords(every), `${every.means}, and the next one had to come${kept}`);
  }
  if (from === words.running)
    return seen("serving", "start of the application", "the application was still starting");
  return { kind: "unknown", short: `after “${from}”`, inferred: false };
}

function periodWords({ ms, period }: NonNullable<Learning["every"]>): string {
  return `${period} (${ms / 1000} s)`;
}
