import { html, raw } from "hono/html";
import { clip } from "../../ui/text.ts";
import { chainOf, merge } from "../analysis/timeline.ts";
import {
  controlPlaneWords,
  formatAt,
  headline,
  type Kind,
  kindOf,
  kinds,
  summary,
} from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model/report.ts";
import { type Html, lines } from "./markup.ts";
import { depth, drawLabels, edge, labels, plot, roomForLabels, width } from "./svg-labels.ts";
import { buckets, lanesAndWrites, type Span, spanOf, ticks } from "./window.ts";

const strip = 46;

/** The lanes under one clock, each with its marks; times run from left to right. */
export function svgTimeline(report: DrillReport, id: string): Html {
  const several = report.lanes.length > 1;
  const all = merge(report.marks);
  const laneOf = (mark: Mark) => report.lanes.find((lane) => several && lane.way === mark.lane);
  const shared = all.filter((mark) => laneOf(mark) === undefined);
  const span = roomForLabels(spanOf(report), all);
  const x = (at: number) => edge + ((at - span.from) / (span.to - span.from)) * plot;
  const pieces: Html[] = [];
  let y = 4;
  const strips: number[] = [];
  for (const lane of report.lanes) {
    const mine = all.filter((mark) => laneOf(mark) === lane);
    y += 26;
    pieces.push(laneTitle(lane, y - 8));
    if (!several) {
      // One lane: its ruler stands above it, so that the marks hang from the answers themselves.
      pieces.push(drawAxis(span, x, y + 26, true));
      y += 26;
    }
    strips.push(y);
    pieces.push(laneStrip(lane, span, y, id));
    y += strip;
    const placed = several ? labels(mine, x, span.zero) : [];
    pieces.push(drawLabels(placed, y));
    y += depth(placed) + (several ? 14 : 0);
  }
  if (report.controlPlane !== undefined) {
    y += 26;
    pieces.push(laneTitle({ way: "control plane", ...report.controlPlane }, y - 8));
    strips.push(y);
    pieces.push(laneStrip(report.controlPlane, span, y, id));
    y += strip + (several ? 14 : 0);
  }
  if (several) {
    pieces.push(drawAxis(span, x, y, false));
    y += 34;
  }
  const placed = labels(shared, x, span.zero);
  pieces.push(drawLabels(placed, y));
  y += depth(placed) + 8;
  const zero = x(report.breakAt).toFixed(1);
  for (const top of strips)
    pieces.push(html`<line class="break" x1="${zero}" x2="${zero}" y1="${top}" y2="${top + strip}"/>`);
  return html`<svg viewBox="0 0 ${width} ${y}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Timeline of ${report.drill}</title>
<desc id="${id}-desc">${describe(report)}</desc>
${patterns(id)}
${lines(pieces)}
</svg>`;
}

/** The colours and patterns that occur, with their words. */
export function legend(report: DrillReport, id: string): Html[] {
  const seen = new Set(lanesAndWrites(report).flatMap((lane) => lane.runs.map((run) => kindOf(run.outcome))));
  const keys = kinds
    .filter(({ kind }) => seen.has(kind))
    .map(
      ({ kind, words }) =>
        html`<span class="key"><svg width="30" height="18" aria-hidden="true"><rect width="30" height="18" rx="3" class="k-${kind}"/><rect width="30" height="18" rx="3" fill="url(#${id}-${kind})"/></svg>${words}</span>`,
    );
  return lines(keys);
}

function laneTitle(lane: Pick<Lane, "way" | "outage" | "ownLoad">, y: number): Html {
  const { figure, sure } = headline(lane);
  return html`<text class="lane" x="${edge}" y="${y}">${clip(lane.way, 40)}<tspan class="lane-figure ${lane.outage.state}" dx="12">${figure}</tspan><tspan class="dim" dx="8">${sure}</tspan></text>`;
}

function laneStrip(lane: Pick<Lane, "runs">, span: Span, y: number, id: string): Html {
  const step = 2;
  const columns = buckets(lane.runs, span, Math.floor(plot / step));
  const rects: Html[] = [];
  for (let i = 0; i < columns.length; ) {
    const kind = columns[i];
    let end = i + 1;
    while (end < columns.length && columns[end] === kind) end += 1;
    if (kind !== undefined) rects.push(rect(kind, edge + i * step, y, (end - i) * step, id));
    i = end;
  }
  return html`<g>${rects}</g>`;
}

/** Good answers are a low band, misses stand out above it; each kind has a colour and a pattern of its own. */
function rect(kind: Kind, x: number, y: number, w: number, id: string): Html {
  const [top, height] = kind === "ok" ? [y + 12, strip - 12] : [y, strip];
  const box = raw(`x="${x}" y="${top}" width="${w}" height="${height}"`);
  const hatch = kind === "ok" ? "" : html`<rect fill="url(#${id}-${kind})" ${box}/>`;
  return html`<rect class="k-${kind}" ${box}/>${hatch}`;
}

function patterns(id: string): Html {
  const strokes: Partial<Record<Kind, string>> = {
    "503": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    reset: "M0 0L8 8M8 0L0 8",
    timeout: "M0 2H8M0 6H8",
    http: "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "wrong-page": "M2 0V8M6 0V8",
    unreachable: "M0 4H8M4 0V8",
    "no-name": "M1 2H3M5 6H7",
  };
  const found = kinds.map(
    ({ kind }) =>
      html`<pattern id="${id}-${kind}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="${strokes[kind] ?? ""}"/></pattern>`,
  );
  return html`<defs>${found}</defs>`;
}

function drawAxis(span: Span, x: (at: number) => number, y: number, above: boolean): Html {
  const [tip, base] = above ? [y - 7, y - 12] : [y + 7, y + 23];
  const marks = ticks(span, 10).map(({ at, label }) => {
    const px = x(at);
    const anchor = px < 60 ? "start" : px > width - 60 ? "end" : "middle";
    return html`<line class="tick" x1="${px.toFixed(1)}" x2="${px.toFixed(1)}" y1="${y}" y2="${tip}"/><text class="tick-label${label === "break" ? " strong" : ""}" x="${px.toFixed(1)}" y="${base}" text-anchor="${anchor}">${label}</text>`;
  });
  return html`<g><line class="tick" x1="${edge}" x2="${width - edge}" y1="${y}" y2="${y}"/>${marks}</g>`;
}

function describe(report: DrillReport): string {
  const lanes = report.lanes.map((lane) => {
    const { figure, sure } = headline(lane);
    const steps = chainOf(report, lane.way).map(({ mark, since }) => `${mark.what} at ${formatAt(since)}`);
    return `${lane.way}: ${figure}, ${sure}. ${summary(lane.outage)} ${steps.join(", ")}.`;
  });
  const writes = report.controlPlane === undefined ? [] : [controlPlaneWords(report.controlPlane)];
  return `${[...lanes, ...writes].join(" ")} The tables below say the same.`;
}
