import { type Kind, kindOf } from "../analysis/words.ts";
import type { DrillReport, Lane } from "../model/report.ts";
import type { OutcomeRun } from "../model/sampling.ts";

/** The stretch of time that a picture shows; `zero` is the break. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly zero: number;
}

/** All that a picture has a strip for. */
export function lanesAndWrites({
  lanes,
  controlPlane,
}: DrillReport): readonly Pick<Lane, "runs" | "outage">[] {
  return controlPlane === undefined ? lanes : [...lanes, controlPlane];
}

/** From shortly before the break to shortly after the last recovery: the settle time is not worth its space. */
export function spanOf(report: DrillReport): Span {
  const runs = lanesAndWrites(report).flatMap((lane) => lane.runs);
  const first = Math.min(report.breakAt, ...runs.map((run) => run.from));
  const last = Math.max(report.breakAt, ...runs.map((run) => run.to));
  const points = lanesAndWrites(report).flatMap(({ outage }) =>
    outage.neverBack || outage.neverDown ? [last] : [outage.firstMissAt, outage.startedAt, outage.endedAt],
  );
  const known = [report.breakAt, ...points.filter((at) => at !== null)];
  const shown = report.marks.map((mark) => mark.at).filter((at) => at >= report.breakAt && at <= last);
  const from = Math.min(...known);
  const to = Math.max(...known, ...shown);
  const margin = Math.max(400, (to - from) * 0.12);
  const span = {
    from: Math.max(first, from - margin),
    to: Math.min(last, to + margin),
    zero: report.breakAt,
  };
  return span.to - span.from >= 1 ? span : { ...span, to: span.from + 1_000 };
}

/** One kind for each of `count` equal columns of a span: the worst miss in it, `ok`, or nothing sent. */
export function buckets(runs: readonly OutcomeRun[], span: Span, count: number): (Kind | undefined)[] {
  const columns: (Kind | undefined)[] = Array.from({ length: count });
  const weight = new Map<number, number>();
  const step = (span.to - span.from) / count;
  const place = (at: number) => Math.floor((at - span.from) / step);
  for (const run of runs) {
    const kind = kindOf(run.outcome);
    for (let i = Math.max(0, place(run.from)); i <= Math.min(count - 1, place(run.to)); i += 1) {
      // A single miss must be seen; of several kinds the one that covers most of the column is.
      const start = span.from + i * step;
      const cover = kind === "ok" ? -1 : Math.min(run.to, start + step) - Math.max(run.from, start);
      if (cover < (weight.get(i) ?? Number.NEGATIVE_INFINITY)) continue;
      weight.set(i, cover);
      columns[i] = kind;
    }
  }
  return fillShortGaps(columns, runs, step);
}

/** Where columns are finer than the sampling, those between two requests belong to the first of them. */
function fillShortGaps(
  columns: (Kind | undefined)[],
  runs: readonly OutcomeRun[],
  step: number,
): (Kind | undefined)[] {
  const sent = runs.reduce((sum, run) => sum + run.count, 0);
  const first = runs[0]?.from ?? 0;
  const interval = sent > 1 ? ((runs.at(-1)?.to ?? first) - first) / (sent - 1) : 0;
  const reach = Math.ceil((interval * 2) / step);
  const filled = [...columns];
  for (let i = 1; i < columns.length; i += 1) {
    if (columns[i] !== undefined) continue;
    const back = columns.slice(Math.max(0, i - reach), i).findLast((kind) => kind !== undefined);
    const ahead = columns.slice(i + 1, i + 1 + reach).some((kind) => kind !== undefined);
    if (back !== undefined && ahead) filled[i] = back;
  }
  return filled;
}

/** Round times for an axis, at most `count` of them, with words relative to the break. */
export function ticks(span: Span, count: number): { readonly at: number; readonly label: string }[] {
  const rough = (span.to - span.from) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * magnitude).find((size) => size >= rough) ?? rough;
  const found: { at: number; label: string }[] = [];
  for (let n = Math.ceil((span.from - span.zero) / step); n * step <= span.to - span.zero; n += 1) {
    found.push({ at: span.zero + n * step, label: n === 0 ? "break" : tickLabel(n * step, step) });
  }
  return found;
}

function tickLabel(ms: number, step: number): string {
  const digits = step >= 1_000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  const size = (Math.abs(ms) / 1_000).toFixed(digits);
  return `${ms < 0 ? "−" : "+"}${size} s`;
}
