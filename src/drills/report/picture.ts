import { merge, spreads } from "../analysis/timeline.ts";
import { explain } from "../analysis/why.ts";
import { dominantOf, usualDominant } from "../analysis/why-words.ts";
import { formatAt, formatMs, headline, type Kind, kindOf, kinds, summary } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model.ts";
import { cells, clip, fold, pad, plain } from "./text.ts";
import { buckets, type Span, spanOf, ticks } from "./window.ts";

export interface PictureOptions {
  readonly width?: number;
  readonly colour?: boolean;
  readonly unicode?: boolean;
}

type Style = Required<PictureOptions>;

const ansi: Readonly<Record<Kind | "bold" | "dim", string>> = {
  bold: "1",
  dim: "2",
  ok: "32",
  "503": "35",
  refused: "31",
  reset: "91",
  timeout: "33",
  http: "36",
  "wrong-page": "34",
  unreachable: "91",
  "no-name": "95",
};

/** The drill as lines for a terminal, none wider than asked for. */
export function picture(report: DrillReport, options: PictureOptions = {}): string {
  const style: Style = { width: 80, colour: false, unicode: true, ...options };
  const span = spanOf(report);
  const several = report.lanes.length > 1;
  const letters = lettersOf(report);
  const lines = [
    ...fold(
      `${report.drill} ${dot(style)} ${report.lab} ${dot(style)} ${report.stack} stack`,
      style.width,
    ).map((l) => ink(l, "bold", style)),
    "",
    ...(several ? [...comparison(report, style), ""] : []),
    ...report.lanes.flatMap((lane) => laneLines(report, lane, span, letters, several, style)),
    ...axis(span, style),
    ...legend(report, style),
    "",
    ...[...letters].flatMap(([mark, letter]) => markLine(mark, letter, report, several, style)),
    "",
    ...facts(report, several, style),
  ];
  return `${lines.map((line) => clipInk(line, style)).join("\n")}\n`;
}

/** The outages of several runs, as a small table. */
export function spreadTable(runs: readonly DrillReport[], options: PictureOptions = {}): string {
  const style: Style = { width: 80, colour: false, unicode: true, ...options };
  const figure = (ms: number | null) => (ms === null ? "-" : formatMs(ms)).padStart(11);
  const several = runs.some(({ lanes }) => lanes.length > 1);
  const rows = spreads(runs).map(({ method, outage }) => {
    const lost = outage.without > 0 ? `  ${outage.without} of ${outage.runs} without an end` : "";
    const why = several ? `  ${show(usualDominant(runs, method), style)}` : "";
    return `${pad(show(method, style), 24)}${figure(outage.min)}${figure(outage.median)}${figure(outage.max)}${lost}${why}`;
  });
  const head = `${pad(`outage of ${runs.length} runs`, 24)}${["min", "median", "max"].map((t) => t.padStart(11)).join("")}`;
  return `${[ink(head, "bold", style), ...rows].map((line) => clipInk(line, style)).join("\n")}\n`;
}

/** The ways in, one below the other: how long, and what took longest of it. */
function comparison(report: DrillReport, style: Style): string[] {
  const rows = report.lanes.map((lane) => {
    const { figure, sure } = headline(lane.outage);
    return [lane.method, `${figure} ${/^±/.test(sure) ? sure : ""}`.trim(), dominantOf(report, lane)].map(
      (cell) => show(cell, style),
    );
  });
  const titles = ["way in", "outage", "what took longest"];
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => cells(row[i] ?? ""))));
  const lineOf = (row: readonly string[]) =>
    ` ${row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join("  ")
      .trimEnd()}`;
  return [
    ink(clip(lineOf(titles), style.width), "dim", style),
    ...rows.map((row) => clip(lineOf(row), style.width)),
  ];
}

function laneLines(
  report: DrillReport,
  lane: Lane,
  span: Span,
  letters: ReadonlyMap<Mark, string>,
  several: boolean,
  style: Style,
): string[] {
  const { figure, sure } = headline(lane.outage);
  const title = show(`${lane.method}: ${figure} (${sure})`, style);
  const cellsOf = buckets(lane.runs, span, plotWidth(style));
  const strip = cellsOf
    .map((kind) => (kind === undefined ? " " : ink(glyph(kind, style), kind, style)))
    .join("");
  const mine = [...letters].filter(([mark]) =>
    several ? mark.lane === lane.method || mark.source === "drill" : true,
  );
  const rows = pointers(mine, span, plotWidth(style));
  return [
    ink(clip(title, style.width), "bold", style),
    ` ${strip}`,
    ...rows.map((row) => ` ${row}`),
    ...(several
      ? fold(show(summary(lane.outage), style), style.width - 1).map((line) => ` ${ink(line, "dim", style)}`)
      : []),
    ...(several && lane !== report.lanes.at(-1) ? [""] : []),
  ];
}

/** The letters of the marks under their times; where two meet, the later one moves a row down. */
function pointers(marks: readonly (readonly [Mark, string])[], span: Span, width: number): string[] {
  const rows: string[][] = [];
  for (const [mark, letter] of marks) {
    const column = Math.floor(((mark.at - span.from) / (span.to - span.from)) * width);
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

function axis(span: Span, style: Style): string[] {
  const width = plotWidth(style);
  const line: string[] = Array.from({ length: width }, () => (style.unicode ? "─" : "-"));
  const labels = Array.from({ length: width }, () => " ");
  let free = 0;
  for (const { at, label } of ticks(span, Math.max(2, Math.floor(width / 12)))) {
    const column = Math.floor(((at - span.from) / (span.to - span.from)) * width);
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

function legend(report: DrillReport, style: Style): string[] {
  const seen = new Set(report.lanes.flatMap((lane) => lane.runs.map((run) => kindOf(run.outcome))));
  const lines: string[] = [];
  let used = style.width;
  for (const { kind, words } of kinds.filter((entry) => seen.has(entry.kind))) {
    const size = words.length + 5;
    if (used + size > style.width) {
      lines.push("");
      used = 0;
    }
    used += size;
    lines.push(`${lines.pop()} ${ink(glyph(kind, style), kind, style)} ${clip(words, style.width - 3)}  `);
  }
  return lines.map((line) => line.trimEnd());
}

function markLine(mark: Mark, letter: string, report: DrillReport, several: boolean, style: Style): string[] {
  const told = mark.remoteClock ? "~" : " ";
  const where = several && mark.lane !== undefined ? ` [${mark.lane}]` : "";
  const head = ` ${letter} ${show(formatAt(mark.at - report.breakAt), style).padStart(10)}${told} ${mark.source.padEnd(9)} `;
  const what = show(`${mark.what}${where}`, style);
  const detail = mark.detail === undefined ? "" : show(`  ${mark.detail}`, style);
  const room = style.width - cells(head);
  if (room < 16) return [clip(`${head}${what}`, style.width)];
  return [`${head}${clip(what, room)}${ink(clip(detail, Math.max(0, room - cells(what))), "dim", style)}`];
}

function facts(report: DrillReport, several: boolean, style: Style): string[] {
  const arrow = style.unicode ? "→" : "->";
  const hosts = `${report.before.join(", ") || "none"} ${arrow} ${report.after.join(", ") || "none"}`;
  const chains = report.lanes.flatMap((lane) => {
    const why = explain(report, lane);
    return why === undefined ? [] : [several ? `${lane.method}: ${why}` : why];
  });
  const requests = several ? [] : report.lanes.map((lane) => summary(lane.outage));
  const seen = report.recovered
    ? []
    : Object.entries(report.lastSeen).map(([part, state]) => `last seen of ${part}: ${state}`);
  return [...requests, `tasks: ${hosts}`, ...chains, ...report.notes, ...seen].flatMap((text) =>
    fold(show(text, style), style.width - 1).map((line, i) => (i === 0 ? ` ${line}` : `   ${line}`)),
  );
}

function lettersOf(report: DrillReport): ReadonlyMap<Mark, string> {
  const names = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return new Map(merge(report.marks).map((mark, i) => [mark, names[i] ?? "*"]));
}

function plotWidth(style: Style): number {
  return Math.max(1, style.width - 2);
}

function glyph(kind: Kind, style: Style): string {
  if (kind === "ok") return style.unicode ? "█" : "=";
  return kinds.find((entry) => entry.kind === kind)?.letter ?? "?";
}

function dot(style: Style): string {
  return style.unicode ? "·" : "-";
}

function show(text: string, style: Style): string {
  return plain(text, style.unicode);
}

function ink(text: string, as: Kind | "bold" | "dim", style: Style): string {
  return style.colour && text !== "" ? `\u001b[${ansi[as]}m${text}\u001b[0m` : text;
}

/** Coloured lines are as wide as asked for by construction; plain ones are cut where a word was too long. */
function clipInk(line: string, style: Style): string {
  return line.includes("\u001b") ? line : clip(line, style.width).trimEnd();
}
