import type { LabEvent } from "../ui/events.ts";

/** One line of a run, from its start to its end, in seconds since the run began. */
export interface Span {
  readonly title: string;
  /** The part of a step that it is about: a playbook, a service. */
  readonly part?: string;
  readonly begin: number;
  readonly end: number;
  /** What it said it was doing for longest; absent where it said nothing. */
  readonly longest?: { readonly text: string; readonly seconds: number };
}

interface Open {
  readonly title: string;
  readonly part: string | undefined;
  readonly begin: number;
  readonly said: { readonly text: string; readonly at: number }[];
}

/** Follows the events of a run. `now` tells seconds since it began. */
export function followSpans(now: () => number): {
  hear(event: LabEvent): void;
  /** Those that have ended, in the order of their ends. */
  readonly spans: readonly Span[];
} {
  const open = new Map<string, Open>();
  const spans: Span[] = [];
  return {
    spans,
    hear(event) {
      if (event.event !== "step") return;
      const key = JSON.stringify([event.step, event.part]);
      const at = now();
      const text = event.text ?? "";
      const own = open.get(key);
      if (event.state === "started") open.set(key, { title: text, part: event.part, begin: at, said: [] });
      else if (own === undefined) return;
      else if (event.state === "running") own.said.push({ text, at });
      else {
        open.delete(key);
        spans.push(closed(own, at));
      }
    },
  };
}

function closed({ title, part, begin, said }: Open, end: number): Span {
  const lasted = said.map(({ text, at }, index) => ({
    text,
    seconds: (said[index + 1]?.at ?? end) - at,
  }));
  const [longest] = lasted.toSorted((a, b) => b.seconds - a.seconds);
  return { title, begin, end, ...(part !== undefined && { part }), ...(longest && { longest }) };
}

/** A stretch of the critical path; without a span the tool itself was at work, or nothing that it tells of. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly span?: Span;
}

/** Shorter gaps between two lines are none. */
const gapSeconds = 0.05;

/**
 * What the run waited for, from its begin to its end: looked at from the end, always the line that ended last before. Lines
 * that were at work beside it are not on the path.
 */
export function criticalPath(spans: readonly Span[], seconds: number): readonly Stretch[] {
  const path: Stretch[] = [];
  let until = seconds;
  const left = spans.toSorted((a, b) => b.end - a.end || a.begin - b.begin);
  for (const span of left) {
    if (span.begin >= until || span.end > until + gapSeconds) continue;
    if (until - span.end > gapSeconds) path.unshift({ begin: span.end, end: until });
    path.unshift({ begin: span.begin, end: Math.min(span.end, until), span });
    until = span.begin;
  }
  if (until > gapSeconds) path.unshift({ begin: 0, end: until });
  return path;
}
