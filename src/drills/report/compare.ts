import { html } from "hono/html";
import { type PhaseKind, phases } from "../analysis/phases.ts";
import { chainOf, type Spread, spreads } from "../analysis/timeline.ts";
import { segmentsOf } from "../analysis/why.ts";
import { dominantOf, usualDominant } from "../analysis/why-words.ts";
import { formatMs, headline, spreadDoubts, summary } from "../analysis/words.ts";
import type { DrillReport, Lane } from "../model/report.ts";
import { type Html, lines } from "./markup.ts";

/** Narrower segments than these, in parts of the longest bar, cannot be told apart. */
const visible = 0.002;
/** Narrower segments have no room for their time, in parts of the longest bar. */
const labelled = 0.13;

/** The ways in side by side: each one's outage, what it was made of on a common scale, and what took longest. */
export function comparison(report: DrillReport): Html {
  const longest = Math.max(1, ...report.lanes.map((lane) => lengthOf(report, lane)));
  const rows = report.lanes.map((lane) => {
    const { outage, learns, way } = lane;
    const { figure, sure } = headline(lane);
    return html`<tr class="${outage.state}"><th scope="row"><b>${way}</b><small>${learns.how}</small></th>
<td class="headline ${outage.state}"><strong class="figure small">${figure}</strong><small class="sure">${sure}</small></td>
<td class="made">${bar(report, lane, longest)}<small>${summary(outage)}</small></td>
<td><b>${dominantOf(report, lane)}</b></td></tr>`;
  });
  return html`<div class="scroll"><table class="compare"><caption>The same break, by way in</caption>
<thead><tr><th scope="col">Way in</th><th scope="col">Outage</th><th scope="col">From the break to the first good answer</th><th scope="col">What took longest</th></tr></thead>
<tbody>
${lines(rows)}
</tbody></table></div>
${key(report, longest)}`;
}

/** The outages of several comparisons: a range for each way in, its median marked. */
export function ranges(runs: readonly DrillReport[]): Html {
  const all = spreads(runs);
  const longest = Math.max(1, ...all.map(({ outage }) => outage.max ?? 0));
  const rows = all.map(
    ({ way, outage, ownLoad }) => html`<tr><th scope="row"><b>${way}</b></th>
<td class="headline"><strong class="figure small">${outage.median === null ? "–" : formatMs(outage.median)}</strong></td>
<td class="made">${range(outage, longest)}<small>${rangeWords({ outage, ownLoad })}</small></td>
<td><b>${usualDominant(runs, way)}</b></td></tr>`,
  );
  return html`<div class="scroll"><table class="compare"><caption>Outage over ${runs.length} runs, by way in</caption>
<thead><tr><th scope="col">Way in</th><th scope="col">Median</th><th scope="col">Shortest to longest</th><th scope="col">What took longest</th></tr></thead>
<tbody>
${lines(rows)}
</tbody></table></div>`;
}

/** From the break to its end, or as far as was looked. */
function lengthOf(report: DrillReport, { outage, runs }: Lane): number {
  if (outage.neverDown) return 0;
  return (outage.endedAt ?? runs.at(-1)?.to ?? report.breakAt) - report.breakAt;
}

function bar(report: DrillReport, lane: Lane, longest: number): Html {
  if (lane.outage.neverDown) return html`<div class="phases" aria-hidden="true"></div>`;
  const segments = segmentsOf(chainOf(report, lane.way), lane.learns);
  const pieces = segments.flatMap(({ phase, ms, from, to }) => {
    const share = ms / longest;
    if (share < visible) return [];
    const label = share >= labelled ? html`<span>${formatMs(ms)}</span>` : "";
    return html`<i class="p-${phase.kind}" style="width:${percent(share)}" title="${formatMs(ms)}: ${from.what} → ${to.what}">${label}</i>`;
  });
  const told = segments.reduce((sum, { ms }) => sum + ms, 0);
  const open = lane.outage.neverBack ? Math.max(0, lengthOf(report, lane) - told) : 0;
  const lost = open > 0 ? html`<i class="p-lost" style="width:${percent(open / longest)}"></i>` : "";
  return html`<div class="phases" aria-hidden="true">${pieces}${lost}</div>`;
}

function key(report: DrillReport, longest: number): Html | "" {
  const used = new Set<PhaseKind>(
    report.lanes.flatMap((lane) =>
      lane.outage.neverDown
        ? []
        : segmentsOf(chainOf(report, lane.way), lane.learns)
            .filter(({ ms }) => ms / longest >= visible)
            .map(({ phase }) => phase.kind),
    ),
  );
  const entries = phases
    .filter(({ kind }) => used.has(kind))
    .map(({ kind, words }) => html`<span class="key"><i class="swatch p-${kind}"></i>${words}</span>`);
  return entries.length === 0 ? "" : html`<p class="phase-key">${lines(entries)}</p>`;
}

function range({ min, median, max }: Spread, longest: number): Html | "" {
  if (min === null || median === null || max === null) return "";
  const box = `left:${percent(min / longest)};width:${percent((max - min) / longest)}`;
  return html`<div class="range" aria-hidden="true"><i style="${box}"></i><b style="left:${percent(median / longest)}"></b></div>`;
}

function rangeWords(found: { readonly outage: Spread; readonly ownLoad: number }): string {
  const { min, max, runs } = found.outage;
  const doubts = spreadDoubts(found);
  const lost = doubts === "" ? "" : `; ${doubts}`;
  return min === null || max === null
    ? `no end in ${runs} runs`
    : `${formatMs(min)} to ${formatMs(max)}${lost}`;
}

function percent(share: number): string {
  return `${(Math.min(1, share) * 100).toFixed(2)}%`;
}
