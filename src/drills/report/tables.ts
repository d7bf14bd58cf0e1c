import { html } from "hono/html";
import { chainOf } from "../analysis/timeline.ts";
import { dominates, reasonFor } from "../analysis/why.ts";
import { formatAt, formatCount, formatMs, outcomeWords } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model/report.ts";
import type { Html } from "./markup.ts";
import { ms, table } from "./table.ts";

/** The chain of causes of one lane, its slowest stretch marked. */
export function chain(report: DrillReport, lane: Lane, compared: boolean): Html {
  const steps = chainOf(report, lane.way);
  const slow = dominates(report, lane);
  const place = (mark?: Mark) => steps.findIndex((s) => s.mark.what === mark?.what && s.mark.at === mark.at);
  const [begin, end] = [place(slow?.from), place(slow?.to)];
  const rows = steps.map(({ mark, since, after }, i) => [
    formatAt(since),
    i === 0 && after === 0 ? "–" : `+${formatMs(after)}`,
    html`<span class="source ${mark.source}">${mark.source}</span>`,
    html`<b>${mark.what}</b>${mark.detail === undefined ? "" : html` <small>${mark.detail}</small>`}`,
  ]);
  const why = compared ? reasonFor(report, lane) : undefined;
  const rowsTable = table(
    compared ? `Chain of causes: ${lane.way}` : "Chain of causes",
    ["Since the break", "Step took", "Told by", "What"],
    rows,
    [0, 1],
    steps.flatMap((_, i) => (i > begin && i <= end ? [i] : [])),
  );
  return why === undefined ? rowsTable : html`<div>${rowsTable}<p>${why}</p></div>`;
}

/** What became of the requests, by lane. */
export function kindsTable(report: DrillReport): Html {
  const found = [...new Set(report.lanes.flatMap(({ outage }) => Object.keys(outage.byKind)))].sort();
  const names = ["ok", ...found.filter((kind) => kind !== "ok")];
  const heads = ["Requests", ...(report.lanes.length > 1 ? report.lanes.map((l) => l.way) : ["Count"])];
  const row = (name: string, value: (lane: Lane) => string) => [name, ...report.lanes.map(value)];
  const rows = [
    row("sent", (l) => formatCount(l.outage.sent)),
    ...names.map((kind) => row(outcomeWords(kind), (l) => formatCount(l.outage.byKind[kind] ?? 0))),
    row("failed", (l) => formatCount(l.outage.failed)),
    row("separate outages", (l) => formatCount(l.outage.flaps)),
    row("longest gap", (l) => formatMs(l.outage.longestGapMs)),
  ];
  return table("Requests by outcome", heads, rows, heads.map((_, i) => i).slice(1));
}

/** How long good answers took before, during and after each outage. */
export function latencies(report: DrillReport): Html {
  const rows = report.lanes.flatMap((lane) =>
    (["before", "during", "after"] as const).map((phase) => {
      const { answers, p50Ms, p99Ms, maxMs } = lane.outage.latency[phase];
      const name = report.lanes.length > 1 ? `${lane.way}, ${phase}` : phase;
      return [name, formatCount(answers), ms(p50Ms), ms(p99Ms), ms(maxMs)];
    }),
  );
  return table(
    "How long good answers took",
    ["Outage", "Answers", "Median", "99 %", "Slowest"],
    rows,
    [1, 2, 3, 4],
  );
}
