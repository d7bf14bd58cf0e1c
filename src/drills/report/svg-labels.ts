import { html } from "hono/html";
import { cells, clip } from "../../ui/text.ts";
import { formatAt } from "../analysis/words.ts";
import type { Mark } from "../model/report.ts";
import { type Html, lines } from "./markup.ts";
import type { Span } from "./window.ts";

/** Units of the drawing; the page scales it to its width. */
export const width = 1200;
export const edge = 14;
export const plot = width - 2 * edge;
const rowHeight = 25;
const longestLabel = 46;

/** A mark's text, and how far down it hangs. */
export interface Label {
  readonly mark: Mark;
  readonly x: number;
  readonly text: string;
  readonly row: number;
}

/**
 * From right to left: a label goes below every label that begins above it, so that neither texts
 * nor the lines that lead to them ever cross.
 */
export function labels(marks: readonly Mark[], x: (at: number) => number, zero: number): Label[] {
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

export function drawLabels(placed: readonly Label[], y: number): Html {
  const drawn = placed.map(({ mark, x, text, row }) => {
    const base = y + 20 + row * rowHeight;
    const px = x.toFixed(1);
    return html`<g class="mark s-${mark.source}"><path d="M${px} ${y}V${base - 4}h6"/><text class="label" x="${(x + 10).toFixed(1)}" y="${base}">${text}</text></g>`;
  });
  return html`${lines(drawn)}`;
}

/** The height that labels take. */
export function depth(placed: readonly Label[]): number {
  return placed.length === 0 ? 0 : (Math.max(...placed.map(({ row }) => row)) + 1) * rowHeight + 4;
}

/** The span, with enough blank time after the last marks for their labels. */
export function roomForLabels(span: Span, marks: readonly Mark[]): Span {
  let to = span.to;
  for (const mark of marks) {
    if (mark.at < span.from || mark.at > span.to) continue;
    const room = plot - 24 - labelWidth(labelText(mark, span.zero));
    to = Math.max(to, span.from + ((mark.at - span.from) * plot) / room);
  }
  return { ...span, to };
}

function labelText(mark: Mark, zero: number): string {
  return clip(`${formatAt(mark.at - zero)}  ${mark.what}`, longestLabel);
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
