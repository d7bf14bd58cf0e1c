import { lostLanes } from "../analysis/settled.ts";
import { chainOf, spreads } from "../analysis/timeline.ts";
import { dominates, explain } from "../analysis/why.ts";
import { formatAt, formatCount, formatMs, headline, outcomeWords, summary } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model.ts";
import { comparison, ranges } from "./compare.ts";
import { css } from "./css.ts";
import { esc } from "./escape.ts";
import { legend, svgTimeline } from "./svg.ts";

/**
 * One page for one drill, for its repetitions, or for a comparison of several methods.
 * It needs no network and no script, and the same reports always give the same bytes.
 */
export function reportHtml(runs: readonly DrillReport[]): string {
  const [first] = runs;
  if (first === undefined) throw new RangeError("a report needs at least one run");
  const title = `${first.drill} — ${first.lab}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${esc(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">mesos-lab drill · ${esc(first.lab)} · ${esc(first.stack)} stack</p>
<h1>${esc(first.drill)}</h1>
<p class="target">broken: <code>${esc(first.target)}</code></p>
</header>
${runs.length > 1 ? repeated(runs) : ""}
${runs.map((run, i) => section(run, runs.length > 1 ? i + 1 : undefined)).join("\n")}
${about(first)}
</main>
</body>
</html>
`;
}

function repeated(runs: readonly DrillReport[]): string {
  const [only, ...others] = spreads(runs);
  if (only === undefined) return "";
  if (others.length > 0) return `<section class="hero">${ranges(runs)}</section>`;
  const { min, median, max, without } = only.outage;
  const row = [esc(only.method), ms(min), ms(median), ms(max), `${without} of ${runs.length}`];
  return `<section class="hero"><p class="headline"><strong class="figure">${ms(median)}</strong> <span class="sure">median outage of ${runs.length} runs</span></p>
${table("Outage over all runs", ["Method", "Shortest", "Median", "Longest", "Without an end"], [row], [1, 2, 3, 4])}
</section>`;
}

function section(report: DrillReport, number?: number): string {
  const id = `run${number ?? 1}`;
  const compared = report.lanes.length > 1;
  return `<section class="run" aria-labelledby="${id}">
<h2 id="${id}"${number === undefined ? ' class="quiet"' : ""}>${number === undefined ? "The outage" : `Run ${number}`}</h2>
${compared ? comparison(report) : report.lanes.map((lane) => hero(report, lane, number === undefined)).join("")}
${alarm(report)}
<figure>
<div class="scroll">${svgTimeline(report, id)}</div>
<figcaption>${legend(report, id)}</figcaption>
</figure>
${compared ? wide(report) : columns(report)}
</section>`;
}

function columns(report: DrillReport): string {
  return `<div class="columns"><div>${report.lanes.map((lane) => chain(report, lane, false)).join("\n")}
${hosts(report)}</div>
<div>${kindsTable(report)}
${latencies(report)}</div></div>`;
}

function wide(report: DrillReport): string {
  return `<div class="pairs">${report.lanes.map((lane) => chain(report, lane, true)).join("\n")}</div>
${kindsTable(report)}
${latencies(report)}
${hosts(report)}`;
}

function hero(report: DrillReport, lane: Lane, first: boolean): string {
  const { figure, sure } = headline(lane.outage);
  const why = explain(report, lane);
  const size = first ? "figure" : "figure small";
  return `<div class="hero"><p class="headline ${lane.outage.state}"><strong class="${size}">${esc(figure)}</strong> <span class="sure">${esc(sure)}</span></p>
<p class="lead">${esc(summary(lane.outage))}</p>
${why === undefined ? "" : `<p class="lead">${esc(why)}</p>`}</div>`;
}

function alarm(report: DrillReport): string {
  const seen = Object.entries(report.lastSeen);
  const lost = report.recovered
    ? ""
    : `<p><strong>Not recovered by the deadline${lanesLost(report)}.</strong></p>${
        seen.length === 0
          ? ""
          : table(
              "Last seen",
              ["Part", "State"],
              seen.map((row) => row.map(esc)),
            )
      }`;
  const notes = [...report.notes, ...report.lanes.flatMap(doubts)].map((note) => `<li>${esc(note)}</li>`);
  const list = notes.length === 0 ? "" : `<ul>${notes.join("")}</ul>`;
  return lost === "" && list === ""
    ? ""
    : `<div class="alarm${report.recovered ? " mild" : ""}">${lost}${list}</div>`;
}

function lanesLost({ lanes }: DrillReport): string {
  const lost = lostLanes(lanes);
  return lanes.length < 2 || lost.length === 0 ? "" : `: ${esc(lost.join(", "))}`;
}

/** What makes a measurement less than it seems. */
function doubts({ method, outage, sampling }: Lane): string[] {
  return [
    ...(outage.badBeforeBreak ? [`${method}: the page had failed before the break.`] : []),
    ...(outage.startUnknown ? [`${method}: no good answer preceded the first miss.`] : []),
    ...(sampling.full ? [`${method}: sampling ended early, at its cap.`] : []),
    ...(sampling.localFaults > 0
      ? [`${method}: ${formatCount(sampling.localFaults)} requests failed on this host and were not counted.`]
      : []),
    ...(sampling.missedSlots + sampling.crowdedSlots > 0.05 * sampling.sent
      ? [
          `${method}: ${formatCount(sampling.missedSlots + sampling.crowdedSlots)} requests could not be sent in time; the longest blind spot was ${formatMs(outage.longestBlindMs)}.`,
        ]
      : []),
  ];
}

function chain(report: DrillReport, lane: Lane, compared: boolean): string {
  const steps = chainOf(report, lane.method);
  const slow = dominates(report, lane);
  const place = (mark?: Mark) => steps.findIndex((s) => s.mark.what === mark?.what && s.mark.at === mark.at);
  const [begin, end] = [place(slow?.from), place(slow?.to)];
  const rows = steps.map(({ mark, since, after }, i) => [
    `${formatAt(since)}${mark.remoteClock ? " <small>(its own clock)</small>" : ""}`,
    i === 0 && after === 0 ? "–" : `+${formatMs(after)}`,
    `<span class="source ${mark.source}">${esc(mark.source)}</span>`,
    `<b>${esc(mark.what)}</b>${mark.detail === undefined ? "" : ` <small>${esc(mark.detail)}</small>`}`,
  ]);
  const why = compared ? explain(report, lane) : undefined;
  const caption = compared ? `Chain of causes: ${lane.method}` : "Chain of causes";
  const rowsTable = table(
    caption,
    ["Since the break", "Step took", "Told by", "What"],
    rows,
    [0, 1],
    steps.flatMap((_, i) => (i > begin && i <= end ? [i] : [])),
  );
  return why === undefined ? rowsTable : `<div>${rowsTable}<p>${esc(why)}</p></div>`;
}

function kindsTable(report: DrillReport): string {
  const found = [...new Set(report.lanes.flatMap(({ outage }) => Object.keys(outage.byKind)))].sort();
  const names = ["ok", ...found.filter((kind) => kind !== "ok")];
  const heads = ["Requests", ...(report.lanes.length > 1 ? report.lanes.map((l) => l.method) : ["Count"])];
  const row = (name: string, value: (lane: Lane) => string) => [esc(name), ...report.lanes.map(value)];
  const rows = [
    row("sent", (l) => formatCount(l.outage.sent)),
    ...names.map((kind) => row(outcomeWords(kind), (l) => formatCount(l.outage.byKind[kind] ?? 0))),
    row("failed", (l) => formatCount(l.outage.failed)),
    row("separate outages", (l) => formatCount(l.outage.flaps)),
    row("longest gap", (l) => formatMs(l.outage.longestGapMs)),
  ];
  return table("Requests by outcome", heads, rows, heads.map((_, i) => i).slice(1));
}

function latencies(report: DrillReport): string {
  const rows = report.lanes.flatMap((lane) =>
    (["before", "during", "after"] as const).map((phase) => {
      const { answers, p50Ms, p99Ms, maxMs } = lane.outage.latency[phase];
      const name = report.lanes.length > 1 ? `${lane.method}, ${phase}` : phase;
      return [esc(name), formatCount(answers), ms(p50Ms), ms(p99Ms), ms(maxMs)];
    }),
  );
  return table(
    "How long good answers took",
    ["Outage", "Answers", "Median", "99 %", "Slowest"],
    rows,
    [1, 2, 3, 4],
  );
}

function hosts(report: DrillReport): string {
  const list = (names: readonly string[]) =>
    names.map((name) => `<code>${esc(name)}</code>`).join("<br>") || "none";
  return `<div class="hosts"><h3>Where the application ran</h3>
<p><span>${list(report.before)}</span> <span class="arrow" role="img" aria-label="then">→</span> <span>${list(report.after)}</span></p></div>`;
}

function about(report: DrillReport): string {
  const rows = [
    ...Object.entries(report.parameters).map(([name, value]) => [esc(name), esc(String(value))]),
    ...report.lanes.map((lane) => [`page (${esc(lane.method)})`, `<code>${esc(lane.url)}</code>`]),
    ["started", esc(report.startedAt)],
    ["environment", esc(report.environment)],
  ];
  return `<footer>${table("Parameters", ["Name", "Value"], rows)}
<p>The outage runs from the last good request before the first miss to the first good request of the run that lasted for the settle time. Every request used a fresh connection; all times are on one clock that does not step. The uncertainty is the widest time between two requests, or on the way of one, at either end.</p></footer>`;
}

function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
  marked: readonly number[] = [],
): string {
  const right = (i: number) => (numeric.includes(i) ? ' class="n"' : "");
  const body = rows.map(
    (row, r) =>
      `<tr${marked.includes(r) ? ' class="slowest"' : ""}>${row.map((cell, i) => (i === 0 ? `<th scope="row"${right(i)}>${cell}</th>` : `<td${right(i)}>${cell}</td>`)).join("")}</tr>`,
  );
  return `<div class="scroll"><table><caption>${esc(caption)}</caption>
<thead><tr>${heads.map((head, i) => `<th scope="col"${right(i)}>${esc(head)}</th>`).join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function ms(value: number | null): string {
  return value === null ? "–" : formatMs(value);
}
