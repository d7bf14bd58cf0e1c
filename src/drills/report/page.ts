import { html, raw } from "hono/html";
import { htmlPage } from "../../ui/html-page.ts";
import { cleanAll } from "../../untrusted.ts";
import { spreads } from "../analysis/timeline.ts";
import { reasonFor } from "../analysis/why.ts";
import { controlPlaneWords, headline, summary } from "../analysis/words.ts";
import type { DrillReport, Lane } from "../model/report.ts";
import { alarm } from "./alarm.ts";
import { comparison, ranges } from "./compare.ts";
import { css } from "./css.ts";
import { type Html, lines } from "./markup.ts";
import { legend, svgTimeline } from "./svg.ts";
import { ms, table } from "./table.ts";
import { chain, kindsTable, latencies } from "./tables.ts";

/** Longer texts of a report are cut. */
const longest = 2_000;

/**
 * One page for one drill, for its repetitions, or for a comparison of several methods.
 * It needs no network and no script, and the same reports always give the same bytes. All text is escaped.
 */
export function reportHtml(given: readonly DrillReport[]): string {
  const runs = given.map((each) => cleanAll(each, longest));
  const [first] = runs;
  if (first === undefined) throw new RangeError("a report needs at least one run");
  const body = html`<main>
<header>
<p class="eyebrow">mesos-lab drill · ${first.lab} · ${first.stack} stack</p>
<h1>${first.drill}</h1>
<p class="target">broken: <code>${first.target}</code></p>
</header>
${runs.length > 1 ? repeated(runs) : ""}
${lines(runs.map((run, i) => section(run, runs.length > 1 ? i + 1 : undefined)))}
${about(first)}
</main>`;
  return htmlPage({ title: `${first.drill} — ${first.lab}`, style: css, body });
}

function repeated(runs: readonly DrillReport[]): Html {
  const [only, ...others] = spreads(runs);
  if (only === undefined) return html``;
  if (others.length > 0) return html`<section class="hero">${ranges(runs)}</section>`;
  const { min, median, max, without } = only.outage;
  const row = [only.way, ms(min), ms(median), ms(max), `${without} of ${runs.length}`];
  return html`<section class="hero"><p class="headline"><strong class="figure">${ms(median)}</strong> <span class="sure">median outage of ${runs.length} runs${only.ownLoad === 0 ? "" : `; ${only.ownLoad} of them perhaps the drill's own load`}</span></p>
${table("Outage over all runs", ["Method", "Shortest", "Median", "Longest", "Without an end"], [row], [1, 2, 3, 4])}
</section>`;
}

function section(report: DrillReport, number?: number): Html {
  const id = `run${number ?? 1}`;
  const compared = report.lanes.length > 1;
  return html`<section class="run" aria-labelledby="${id}">
<h2 id="${id}"${number === undefined ? raw(' class="quiet"') : ""}>${number === undefined ? "The outage" : `Run ${number}`}</h2>
${compared ? comparison(report) : report.lanes.map((lane) => hero(report, lane, number === undefined))}
${controlPlane(report)}${alarm(report)}
<figure>
<div class="scroll">${svgTimeline(report, id)}</div>
<figcaption>${legend(report, id)}</figcaption>
</figure>
${compared ? wide(report) : columns(report)}
</section>`;
}

/** Its outage is another than that of the page. */
function controlPlane(report: DrillReport): Html | "" {
  if (report.controlPlane === undefined) return "";
  return html`<p class="lead">${controlPlaneWords(report.controlPlane)}</p>
`;
}

function columns(report: DrillReport): Html {
  return html`<div class="columns"><div>${lines(report.lanes.map((lane) => chain(report, lane, false)))}
${hosts(report)}</div>
<div>${kindsTable(report)}
${latencies(report)}</div></div>`;
}

function wide(report: DrillReport): Html {
  return html`<div class="pairs">${lines(report.lanes.map((lane) => chain(report, lane, true)))}</div>
${kindsTable(report)}
${latencies(report)}
${hosts(report)}`;
}

function hero(report: DrillReport, lane: Lane, first: boolean): Html {
  const { figure, sure } = headline(lane);
  const why = reasonFor(report, lane);
  const size = first ? "figure" : "figure small";
  return html`<div class="hero"><p class="headline ${lane.outage.state}"><strong class="${size}">${figure}</strong> <span class="sure">${sure}</span></p>
<p class="lead">${summary(lane.outage)}</p>
${why === undefined ? "" : html`<p class="lead">${why}</p>`}</div>`;
}

function hosts(report: DrillReport): Html {
  const list = (names: readonly string[]) =>
    names.length === 0
      ? "none"
      : names.map((name, i) => html`${i > 0 ? raw("<br>") : ""}<code>${name}</code>`);
  return html`<div class="hosts"><h3>Where the application ran</h3>
<p><span>${list(report.before)}</span> <span class="arrow" role="img" aria-label="then">→</span> <span>${list(report.after)}</span></p></div>`;
}

function about(report: DrillReport): Html {
  const rows = [
    ...Object.entries(report.parameters).map(([name, value]) => [name, String(value)]),
    ...report.lanes.map(({ way, url }) => [`page (${way})`, html`<code>${url}</code>`]),
    ["started", report.startedAt],
    ["environment", report.environment],
  ];
  return html`<footer>${table("Parameters", ["Name", "Value"], rows)}
<p>The outage runs from the last good request before the first miss to the first good request of the run that lasted for the settle time. Every request used a fresh connection; all times are on one clock that does not step. The uncertainty is the widest time between two requests, or on the way of one, at either end.</p></footer>`;
}
