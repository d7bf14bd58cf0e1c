import { cells, pad, wrap } from "../../ui/text.ts";
import { cleanAll } from "../../untrusted.ts";
import { merge, spread, spreads } from "../analysis/timeline.ts";
import { reasonFor } from "../analysis/why.ts";
import { dominantOf, usualDominant } from "../analysis/why-words.ts";
import { formatAt, formatMs, headline, lossInWords, spreadDoubts, summary } from "../analysis/words.ts";
import type { DrillReport, Lane, Mark } from "../model/report.ts";
import { axis, legend, plot } from "./plot.ts";
import { cut, dot, ink, type PictureOptions, type Style, show, styleOf } from "./style.ts";
import { spanOf } from "./window.ts";

/** Longer texts of a report are cut. */
const longest = 2_000;

/** The drill as lines for a terminal, none wider than asked for. */
export function picture(given: DrillReport, options: PictureOptions = {}): string {
  const report = cleanAll(given, longest);
  const style = styleOf(options);
  const several = report.lanes.length > 1;
  const letters = lettersOf(report);
  const title = `${report.drill} ${dot(style)} ${report.lab} ${dot(style)} ${report.stack} stack`;
  const lines = [
    ...wrap(show(title, style), style.width).map((line) => ink(line, "bold", style)),
    "",
    ...(several ? [...comparison(report, style), ""] : []),
    ...report.lanes.flatMap((lane) => laneLines(report, lane, letters, style)),
    ...controlPlaneLines(report, style),
    ...axis(spanOf(report), style),
    ...legend(report, style),
    "",
    ...[...letters].map(([mark, letter]) => markLine(mark, letter, report, style)),
    "",
    ...facts(report, style),
  ];
  return `${lines.map((line) => cut(line, style.width, style).trimEnd()).join("\n")}\n`;
}

/** The outages of several runs, as a small table. */
export function spreadTable(given: readonly DrillReport[], options: PictureOptions = {}): string {
  const runs = given.map((each) => cleanAll(each, longest));
  const style = styleOf(options);
  const figure = (ms: number | null) => (ms === null ? "-" : formatMs(ms)).padStart(11);
  const several = runs.some(({ lanes }) => lanes.length > 1);
  const rows = spreads(runs).map(({ way, outage, ownLoad }) => {
    const doubts = spreadDoubts({ outage, ownLoad });
    const lost = doubts === "" ? "" : `  ${doubts}`;
    const why = several ? `  ${show(usualDominant(runs, way), style)}` : "";
    return `${pad(show(way, style), 24)}${figure(outage.min)}${figure(outage.median)}${figure(outage.max)}${lost}${why}`;
  });
  const writes = runs.flatMap(({ controlPlane }) =>
    controlPlane === undefined ? [] : [controlPlane.outage],
  );
  if (writes.length > 0) {
    const { min, median, max } = spread(writes.map(({ neverDown, ms }) => (neverDown ? 0 : ms)));
    rows.push(`${pad("control plane", 24)}${figure(min)}${figure(median)}${figure(max)}`);
  }
  const head = `${pad(`outage of ${runs.length} runs`, 24)}${["min", "median", "max"].map((t) => t.padStart(11)).join("")}`;
  return `${[ink(head, "bold", style), ...rows].map((line) => cut(line, style.width, style)).join("\n")}\n`;
}

/** The ways in, one below the other: how long, and what took longest of it. */
function comparison(report: DrillReport, style: Style): string[] {
  const rows = report.lanes.map((lane) => {
    const { figure, sure } = headline(lane);
    return [lane.way, `${figure} ${/^±/.test(sure) ? sure : ""}`.trim(), dominantOf(report, lane)].map(
      (cell) => show(cell, style),
    );
  });
  const titles = ["way in", "outage", "what took longest"];
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => cells(row[i] ?? ""))));
  const [head = "", ...lines] = [titles, ...rows].map(
    (row) => ` ${row.map((cell, i) => pad(cell, widths[i] ?? 0)).join("  ")}`,
  );
  return [ink(head.trimEnd(), "dim", style), ...lines];
}

function laneLines(
  report: DrillReport,
  lane: Lane,
  letters: ReadonlyMap<Mark, string>,
  style: Style,
): string[] {
  const several = report.lanes.length > 1;
  const { figure, sure } = headline(lane);
  const mine = [...letters].filter(([mark]) => !several || mark.lane === lane.way || mark.source === "drill");
  const said = several ? wrap(show(summary(lane.outage), style), style.width - 1) : [];
  return [
    ink(show(`${lane.way}: ${figure} (${sure})`, style), "bold", style),
    ...plot(lane, spanOf(report), mine, style),
    ...said.map((line) => ` ${ink(line, "dim", style)}`),
    ...(several && lane !== report.lanes.at(-1) ? [""] : []),
  ];
}

/** The outage of the control plane, told apart from that of the page. */
function controlPlaneLines(report: DrillReport, style: Style): string[] {
  const { controlPlane } = report;
  if (controlPlane === undefined) return [];
  const { figure, sure } = headline(controlPlane);
  const said = `Writes to Marathon: ${summary(controlPlane.outage, "It")}`;
  return [
    "",
    ink(show(`control plane: ${figure} (${sure})`, style), "bold", style),
    ...plot(controlPlane, spanOf(report), [], style),
    ...wrap(show(said, style), style.width - 1).map((line) => ` ${ink(line, "dim", style)}`),
  ];
}

function markLine(mark: Mark, letter: string, report: DrillReport, style: Style): string {
  const where = report.lanes.length > 1 && mark.lane !== undefined ? ` [${mark.lane}]` : "";
  const at = show(formatAt(mark.at - report.breakAt), style).padStart(10);
  const head = ` ${letter} ${at}  ${mark.source.padEnd(9)} ${show(`${mark.what}${where}`, style)}`;
  const detail = mark.detail === undefined ? "" : `  ${show(mark.detail, style)}`;
  return cells(head) < style.width ? `${head}${ink(detail, "dim", style)}` : head;
}

function facts(report: DrillReport, style: Style): string[] {
  const several = report.lanes.length > 1;
  const hosts = `${report.before.join(", ") || "none"} → ${report.after.join(", ") || "none"}`;
  const chains = report.lanes.flatMap((lane) => {
    const why = reasonFor(report, lane);
    return why === undefined ? [] : [several ? `${lane.way}: ${why}` : why];
  });
  const requests = several ? [] : report.lanes.map((lane) => summary(lane.outage));
  const seen = report.recovered
    ? []
    : [
        `${lossInWords(report)}:`,
        ...Object.entries(report.lastSeen).map(([subject, state]) => `last seen of ${subject}: ${state}`),
      ];
  return [...requests, `tasks: ${hosts}`, ...chains, ...report.notes, ...seen].flatMap((text) =>
    wrap(show(text, style), style.width - 3).map((line, i) => (i === 0 ? ` ${line}` : `   ${line}`)),
  );
}

function lettersOf(report: DrillReport): ReadonlyMap<Mark, string> {
  const names = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return new Map(merge(report.marks).map((mark, i) => [mark, names[i] ?? "*"]));
}
