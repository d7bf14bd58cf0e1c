import { clean } from "../../untrusted.ts";
import type { Row } from "./rows.ts";

/** For a spreadsheet: a line of titles, and one for each row; RFC 4180. */
export function csvOf(rows: readonly Row[]): string {
  return [titles, ...rows.map(cellsOf)].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

const titles = [
  ...["student", "file", "lab", "steps done", "steps", "solved by the tool", "minutes"],
  ...["incidents repaired", "incidents", "revealed", "hints", "repairs", "written at", "remarks"],
];

function cellsOf(row: Row): readonly (string | number)[] {
  const { student, file, lab, stepsDone, steps, solved, minutes = "" } = row;
  const { repaired, incidents, revealed, hints, repairs, writtenAt = "", remarks } = row;
  const each = repairs.map(({ fault, seconds }) => `${fault} ${seconds} s`).join("; ");
  return [
    ...[student, file, lab, stepsDone, steps, solved, minutes],
    ...[repaired, incidents, revealed, hints, each, writtenAt, remarks.join("; ")],
  ];
}

/** A text that a spreadsheet would take for a formula gets an apostrophe, which makes it a text there. */
function cell(value: string | number): string {
  const text = clean(String(value));
  const plain = typeof value === "string" && /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",;'\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
