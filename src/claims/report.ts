import { paint } from "../ui/color.ts";
import { formatTable } from "../ui/table.ts";
import { wrap } from "../ui/text.ts";
import type { ClaimResult, Verdict } from "./verdict.ts";

const columns = ["", "claim", "machine", "seen"].map((title) => ({ title }));
const indent = "   ";
const labelWidth = 10;

/** The verdict as text: one line per claim, and under each that fails what was expected, seen, and how to look. */
export function verdictTable(verdict: Verdict, options: { width: number; color: boolean }): string {
  const { color } = options;
  const rows = verdict.results.map((result) => [
    paint(color, result.holds ? "green" : "red", result.holds ? "✔" : "✖"),
    result.title,
    result.machine,
    result.seen,
  ]);
  const [header = "", ...lines] = formatTable(columns, rows, { width: options.width });
  const body = verdict.results.flatMap((result, index) => [
    lines[index] ?? "",
    ...(result.holds ? [] : evidence(result, options)),
  ]);
  return [paint(color, "dim", header), ...body, "", summary(verdict, color)].join("\n");
}

function evidence(result: ClaimResult, options: { width: number; color: boolean }): string[] {
  const room = Math.max(20, options.width - indent.length - labelWidth);
  const labelled = (label: string, lines: readonly string[]) =>
    lines.map((line, index) => {
      const shown = (index === 0 ? label : "").padEnd(labelWidth);
      return `${indent}${paint(options.color, "dim", shown)}${line}`;
    });
  return [
    ...labelled("expected", wrap(result.expected, room)),
    ...labelled("seen", wrap(result.seen, room)),
    // On one line whatever its length: a command with line breaks in it cannot be pasted.
    ...labelled("look", [result.look]),
  ];
}

function summary(verdict: Verdict, color: boolean): string {
  const holding = verdict.results.filter((result) => result.holds).length;
  const text = `${holding} of ${verdict.results.length} claims hold`;
  return paint(color, verdict.holds ? "green" : "red", text);
}
