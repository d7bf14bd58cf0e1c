import { type Kind, kindOf, kinds } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model/report.ts";
import { cut, ink, type Style, show } from "./style.ts";
import { buckets, lanesAndWrites, type Span, ticks } from "./window.ts";

/** The answers of a lane over time, a character for each stretch, and below it the letters of the marks. */
export function plot(
  lane: Pick<Lane, "runs">,
  span: Span,
  marks: readonly (readonly [Mark, string])[],
  style: Style,
): string[] {
  const width = plotWidth(style);
  const strip = buckets(lane.runs, span, width)
    .map((kind) => (kind === undefined ? " " : ink(glyph(kind, style), kind, style)))
    .join("");
  return [strip, ...pointers(marks, span, width)].map((row) => ` ${row}`);
}

/** The letters of the marks under their times; where two meet, the later one moves a row down. */
function pointers(marks: readonly (readonly [Mark, string])[], span: Span, width: number): string[] {
  const rows: string[][] = [];
  for (const [mark, letter] of marks) {
    const column = columnOf(mark.at, span, width);
    if (column < 0 || column >= width) continue;
    let row = rows.find((taken) => taken[column] === undefined);
    if (row === undefined) {
      row = [];
      rows.push(row);
    }
    row[column] = letter;
  }
  return rows.map((row) => Array.from(row, (letter) => letter ?? " ").join(""));
}

/** The times below all lanes. */
export function axis(span: Span, style: Style): string[] {
  const width = plotWidth(style);
  const line: string[] = Array.from({ length: width }, () => (style.unicode ? "─" : "-"));
  const labels = Array.from({ length: width }, () => " ");
  let free = 0;
  for (const { at, label } of ticks(span, Math.max(2, Math.floor(width / 12)))) {
    const column = columnOf(at, span, width);
    if (column < 0 || column >= width) continue;
    line[column] = style.unicode ? "┴" : "+";
    const text = show(label, style);
    const start = Math.min(width - text.length, Math.max(0, column - Math.floor(text.length / 2)));
    if (start < free) continue;
    labels.splice(start, text.length, ...text);
    free = start + text.length + 1;
  }
  return [` ${line.join("")}`, ` ${labels.join("").trimEnd()}`];
}

/** The characters that occur, with their words. */
export function legend(report: DrillReport, style: Style): string[] {
  const seen = new Set(lanesAndWrites(report).flatMap((lane) => lane.runs.map((run) => kindOf(run.outcome))));
  const lines: string[] = [];
  let used = style.width;
  for (const { kind, words } of kinds.filter((entry) => seen.has(entry.kind))) {
    const size = words.length + 5;
    if (used + size > style.width) {
      lines.push("");
      used = 0;
    }
    used += size;
    lines.push(
      `${lines.pop()} ${ink(glyph(kind, style), kind, style)} ${cut(words, style.width - 3, style)}  `,
    );
  }
  return lines.map((line) => line.trimEnd());
}

function columnOf(at: number, { from, to }: Span, width: number): number {
  return Math.floor(((at - from) / (to - from)) * width);
}

function plotWidth(style: Style): number {
  return Math.max(1, style.width - 2);
}

function glyph(kind: Kind, style: Style): string {
  if (kind === "ok") return style.unicode ? "█" : "=";
  return kinds.find((entry) => entry.kind === kind)?.letter ?? "?";
}
