import { chainOf, merge } from "../analysis/timeline.ts";
import { formatAt, headline, type Kind, kindOf, kinds, summary } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model.ts";
import { esc } from "./escape.ts";
import { cells, clip, plain } from "./text.ts";
import { buckets, type Span, spanOf, ticks } from "./window.ts";

/** Units of the drawing; the page scales it to its width. */
const width = 1200;
const edge = 14;
const plot = width - 2 * edge;
const strip = 46;
const row = 25;
const longestLabel = 46;

interface Label {
  readonly mark: Mark;
  readonly x: number;
  readonly text: string;
  readonly row: number;
}

/** The lanes under one clock, each with its marks; times run from left to right. */
export function svgTimeline(report: DrillReport, id: string): string {
  const several = report.lanes.length > 1;
  const all = merge(report.marks);
  const laneOf = (mark: Mark) => report.lanes.find((lane) => several && lane.method === mark.lane);
  const shared = all.filter((mark) => laneOf(mark) === undefined);
  const span = roomForLabels(spanOf(report), all);
  const x = (at: number) => edge + ((at - span.from) / (span.to - span.from)) * plot;
  const parts: string[] = [];
  let y = 4;
  const strips: number[] = [];
  for (const lane of report.lanes) {
    const mine = all.filter((mark) => laneOf(mark) === lane);
    y += 26;
    parts.push(laneTitle(lane, y - 8));
    if (!several) {
      // One lane: its ruler stands above it, so that the marks hang from the answers themselves.
      parts.push(drawAxis(span, x, y + 26, true));
      y += 26;
    }
    strips.push(y);
    parts.push(laneStrip(lane, span, y, id));
    y += strip;
    const placed = several ? labels(mine, x, span.zero) : [];
    parts.push(drawLabels(placed, y));
    y += depth(placed) + (several ? 14 : 0);
  }
  if (several) {
    parts.push(drawAxis(span, x, y, false));
    y += 34;
  }
  const placed = labels(shared, x, span.zero);
  parts.push(drawLabels(placed, y));
  y += depth(placed) + 8;
  const zero = x(report.breakAt).toFixed(1);
  parts.push(
    ...strips.map((top) => `<line class="break" x1="${zero}" x2="${zero}" y1="${top}" y2="${top + strip}"/>`),
  );
  return `<svg viewBox="0 0 ${width} ${y}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Timeline of ${esc(report.drill)}</title>
<desc id="${id}-desc">${esc(describe(report))}</desc>
${patterns(id)}
${parts.join("\n")}
</svg>`;
}

/** The colours and patterns that occur, with their words. */
export function legend(report: DrillReport, id: string): string {
  const seen = new Set(report.lanes.flatMap((lane) => lane.runs.map((run) => kindOf(run.outcome))));
  return kinds
    .filter(({ kind }) => seen.has(kind))
    .map(
      ({ kind, words }) =>
        `<span class="key"><svg width="30" height="18" aria-hidden="true"><rect width="30" height="18" rx="3" class="k-${kind}"/><rect width="30" height="18" rx="3" fill="url(#${id}-${kind})"/></svg>${esc(words)}</span>`,
    )
    .join("\n");
}

function laneTitle(lane: Lane, y: number): string {
  const { figure, sure } = headline(lane.outage);
  return `<text class="lane" x="${edge}" y="${y}">${esc(clip(plain(lane.method, true), 40))}<tspan class="lane-figure ${lane.outage.state}" dx="12">${esc(figure)}</tspan><tspan class="dim" dx="8">${esc(sure)}</tspan></text>`;
}

function laneStrip(lane: Lane, span: Span, y: number, id: string): string {
  const step = 2;
  const parts = buckets(lane.runs, span, Math.floor(plot / step));
  const rects: string[] = [];
  for (let i = 0; i < parts.length; ) {
    const kind = parts[i];
    let end = i + 1;
    while (end < parts.length && parts[end] === kind) end += 1;
    if (kind !== undefined) rects.push(rect(kind, edge + i * step, y, (end - i) * step, id));
    i = end;
  }
  return `<g>${rects.join("")}</g>`;
}

/** Good answers are a low band, misses stand out above it; each kind has a colour and a pattern of its own. */
function rect(kind: Kind, x: number, y: number, w: number, id: string): string {
  const [top, height] = kind === "ok" ? [y + 12, strip - 12] : [y, strip];
  const box = `x="${x}" y="${top}" width="${w}" height="${height}"`;
  return `<rect class="k-${kind}" ${box}/>${kind === "ok" ? "" : `<rect fill="url(#${id}-${kind})" ${box}/>`}`;
}

function patterns(id: string): string {
  const lines: Partial<Record<Kind, string>> = {
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
      `<pattern id="${id}-${kind}" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="${lines[kind] ?? ""}"/></pattern>`,
  );
  return `<defs>${found.join("")}</defs>`;
}

function drawAxis(span: Span, x: (at: number) => number, y: number, above: boolean): string {
  const [tip, base] = above ? [y - 7, y - 12] : [y + 7, y + 23];
  const marks = ticks(span, 10).map(({ at, label }) => {
    const px = x(at);
    const anchor = px < 60 ? "start" : px > width - 60 ? "end" : "middle";
    return `<line class="tick" x1="${px.toFixed(1)}" x2="${px.toFixed(1)}" y1="${y}" y2="${tip}"/><text class="tick-label${label === "break" ? " strong" : ""}" x="${px.toFixed(1)}" y="${base}" text-anchor="${anchor}">${esc(label)}</text>`;
  });
  return `<g><line class="tick" x1="${edge}" x2="${width - edge}" y1="${y}" y2="${y}"/>${marks.join("")}</g>`;
}

function drawLabels(placed: readonly Label[], y: number): string {
  return placed
    .map(({ mark, x, text, row: at }) => {
      const base = y + 20 + at * row;
      const px = x.toFixed(1);
      return `<g class="mark s-${mark.source}"><path d="M${px} ${y}V${base - 4}h6"/><text class="label" x="${(x + 10).toFixed(1)}" y="${base}">${esc(text)}</text></g>`;
    })
    .join("\n");
}

function depth(placed: readonly Label[]): number {
  return placed.length === 0 ? 0 : (Math.max(...placed.map((label) => label.row)) + 1) * row + 4;
}

function labelText(mark: Mark, zero: number): string {
  return clip(plain(`${formatAt(mark.at - zero)}  ${mark.what}`, true), longestLabel);
}

/** The width of a label in a wide bold font, so that labels stay apart in any other. */
function labelWidth(text: string): number {
  let sum = 0;
  for (const letter of text)
    sum +=
      cells(letter) === 2 || /[mwMW@%…—−+]/.test(letter)
        ? 16.5
        : /[ijltfr .,:;'|!()[\]/-]/.test(letter)
          ? 7
          : /[A-Z_&<>=]/.test(letter)
            ? 12.5
            : 10.4;
  return sum;
}

/**
 * From right to left: a label goes below every label that begins above it, so that neither texts
 * nor the lines that lead to them ever cross.
 */
function labels(marks: readonly Mark[], x: (at: number) => number, zero: number): Label[] {
  const placed: Label[] = [];
  for (const mark of marks.toReversed()) {
    const at = x(mark.at);
    if (at < edge || at > width - edge) continue;
    const text = labelText(mark, zero);
    const end = at + 24 + labelWidth(text);
    const under = placed.filter((other) => other.x < end);
    placed.push({ mark, x: at, text, row: Math.max(-1, ...under.map((other) => other.row)) + 1 });
  }
  return placed.toReversed();
}

/** The span, with enough blank time after the last marks for their labels. */
function roomForLabels(span: Span, marks: readonly Mark[]): Span {
  let to = span.to;
  for (const mark of marks) {
    if (mark.at < span.from || mark.at > span.to) continue;
    const room = plot - 24 - labelWidth(labelText(mark, span.zero));
    to = Math.max(to, span.from + ((mark.at - span.from) * plot) / room);
  }
  return { ...span, to };
}

function describe(report: DrillReport): string {
  const lanes = report.lanes.map((lane) => {
    const { figure, sure } = headline(lane.outage);
    const steps = chainOf(report, lane.method).map(({ mark, since }) => `${mark.what} at ${formatAt(since)}`);
    return `${lane.method}: ${figure}, ${sure}. ${summary(lane.outage)} ${steps.join(", ")}.`;
  });
  return `${lanes.join(" ")} The tables below say the same.`;
}
