import type { Outage } from "../model/outage.ts";
import { type DrillReport, type Mark, marks as words } from "../model/report.ts";

/** A step from the break to the first good answer. */
export interface Step {
  readonly mark: Mark;
  /** Milliseconds since the break. */
  readonly since: number;
  /** Milliseconds since the step before. */
  readonly after: number;
}

export interface Spread {
  readonly runs: number;
  /** Runs without a value: never recovered, or not measured. */
  readonly without: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
}

/** What the page itself tells: its first miss, and the first good answer of the settled run. */
export function pageMarks(outage: Outage, lane?: string): Mark[] {
  const of = lane === undefined ? {} : { lane };
  const { firstMissAt, endedAt } = outage;
  return [
    ...(firstMissAt === null
      ? []
      : [{ at: firstMissAt, source: "page" as const, what: words.firstMiss, ...of }]),
    ...(endedAt === null ? [] : [{ at: endedAt, source: "page" as const, what: words.firstGood, ...of }]),
  ];
}

/**
 * The marks in the order of time, each thing once: what two sources tell is dated by whoever told it first,
 * what one source tells twice (HAProxy reloads for the old task and for the new one) stays twice.
 */
export function merge(marks: readonly Mark[]): Mark[] {
  const told = new Map<string, Mark>();
  const counts = new Map<string, number>();
  for (const mark of inOrder(marks)) {
    const what = JSON.stringify([mark.lane ?? null, mark.what.toLowerCase()]);
    const teller = JSON.stringify([what, mark.source]);
    const nth = (counts.get(teller) ?? 0) + 1;
    counts.set(teller, nth);
    const key = JSON.stringify([what, nth]);
    if (!told.has(key)) told.set(key, mark);
  }
  return inOrder([...told.values()]);
}

/** The chain of causes of one lane: from the break to the first good answer, or to the last thing known. */
export function chainOf(report: Pick<DrillReport, "marks" | "breakAt">, lane?: string): Step[] {
  const mine = merge(report.marks).filter((mark) => mark.lane === undefined || mark.lane === lane);
  const end = mine.find((mark) => isFirstGood(mark) && mark.at >= report.breakAt)?.at;
  const links = inOrder(mine.map((mark) => noLaterThan(mark, end))).filter(
    (mark) =>
      mark.at >= report.breakAt &&
      (mark.source !== "page" || isFirstGood(mark)) &&
      (end === undefined || mark.at <= end),
  );
  return links.map((mark, i) => ({
    mark,
    since: mark.at - report.breakAt,
    after: mark.at - (links[i - 1]?.at ?? report.breakAt),
  }));
}

/** Smallest, middle and largest of the values of several runs. */
export function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const low = known[Math.floor((known.length - 1) / 2)];
  const high = known[Math.floor(known.length / 2)];
  return {
    runs: values.length,
    without: values.length - known.length,
    min: known[0] ?? null,
    median: low === undefined || high === undefined ? null : (low + high) / 2,
    max: known.at(-1) ?? null,
  };
}

/**
 * The outages of several runs, by way in. A run without an outage counts as 0, one without an end as unknown; `ownLoad` is
 * the number of runs whose outage the drill itself may have made.
 */
export function spreads(
  runs: readonly DrillReport[],
): { readonly way: string; readonly outage: Spread; readonly ownLoad: number }[] {
  const methods = new Set(runs.flatMap((run) => run.lanes.map((lane) => lane.way)));
  return [...methods].map((way) => {
    const lanes = runs.flatMap((run) => run.lanes.filter((lane) => lane.way === way));
    return {
      way,
      outage: spread(lanes.map(({ outage }) => (outage.neverDown ? 0 : outage.ms))),
      ownLoad: lanes.filter((lane) => lane.ownLoad !== undefined).length,
    };
  });
}

/** What a look showed after the first good answer, but may have come before it, came before it: it is what it takes. */
function noLaterThan(mark: Mark, end: number | undefined): Mark {
  const { at, earliest = at } = mark;
  return end !== undefined && at > end && earliest < end ? { ...mark, at: end } : mark;
}

function isFirstGood(mark: Mark): boolean {
  return mark.source === "page" && mark.what === words.firstGood;
}

function inOrder(marks: readonly Mark[]): Mark[] {
  return marks
    .filter((mark) => Number.isFinite(mark.at))
    .sort((a, b) => a.at - b.at || Number(isFirstGood(a)) - Number(isFirstGood(b)));
}
