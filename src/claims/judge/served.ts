import type { MarathonTask } from "../../probes/marathon.ts";
import { notHttp } from "../../probes/network-words.ts";
import type { Judgement } from "../claim.ts";

/** What a visitor of an application got: a status, or nothing, with the reason in a few words. */
export type PageAnswer = { readonly status: number } | { readonly silent: string };

/** One visit to one application. */
export interface Visited {
  /** Which application, and where: `/tomcat at 10000`. */
  readonly name: string;
  readonly answer: PageAnswer;
  /** Whether one of its tasks has yet to run, or has only just begun to: its program may not listen yet. */
  readonly starting: boolean;
}

/** A program may take so long from its start until it answers: a Java server on an emulated machine does. */
const youngMs = 120_000;

/** Whether one of the tasks has begun to run a short while ago, by the clock of who tells both times. */
export function isYoung(tasks: readonly MarathonTask[], now: number | undefined): boolean {
  return tasks.some(({ startedAt }) => {
    const began = startedAt ? Date.parse(startedAt) : Number.NaN;
    return now !== undefined && now - began < youngMs;
  });
}

/**
 * Every application answered with a page of its own, whatever it says; 503 and 504 are a proxy's words for nobody there.
 * @param others what was not visited, and why: it is shown, and fails nothing.
 */
export function judgeServed(visits: readonly Visited[], others: readonly string[] = []): Judgement {
  const failing = visits.filter(({ answer }) => !isServed(answer));
  const shown = [
    ...(failing.length > 0 ? failing : visits).map(({ name, answer, starting }) => {
      const why = starting && !isServed(answer) ? " (still starting)" : "";
      return `${name}: ${"status" in answer ? answer.status : answer.silent}${why}`;
    }),
    ...others,
  ];
  return {
    holds: failing.length === 0,
    seen: shown.join("; ") || "no application",
    starting: failing.length > 0 && failing.every(({ starting }) => starting),
  };
}

function isServed(answer: PageAnswer): boolean {
  if ("status" in answer) return answer.status !== 503 && answer.status !== 504;
  // Not every application is a web server.
  return answer.silent.endsWith(notHttp);
}
