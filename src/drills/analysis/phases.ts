import type { Learning } from "../../lab/catalogue/method.ts";
import { type Mark, marks as words } from "../model/report.ts";

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

/** The states of a task that is over. */
export const ended = /^TASK_(KILLED|FAILED|FINISHED|LOST|ERROR|DROPPED|GONE|GONE_BY_OPERATOR)$/;
const told = /^event to /;
/** The marks of breaks that end by themselves: no task has to be replaced. */
const returning = /( restarted| thawed| no longer cut off| no longer slow|^reboot .*)$/;

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
