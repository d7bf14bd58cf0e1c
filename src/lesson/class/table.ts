import type { Row } from "./rows.ts";

/** The columns of the table that people read; what is wrong with a report has a place of its own. */
export const heads = [
  "Student",
  "Lab",
  "Steps",
  "Solved by the tool",
  "Time",
  "Incidents",
  "Revealed",
  "Hints",
];

/** Which of them are figures. */
export const numeric: readonly number[] = [2, 3, 4, 5, 6, 7];

export function tableCells(row: Row): readonly string[] {
  const { stepsDone, steps, solved, minutes, repaired, incidents, revealed, hints } = row;
  // A file that is no report has nothing else to show.
  if (row.student === "") return [row.file, "", "", "", "", "", "", ""];
  return [
    ...[row.student, row.lab, `${stepsDone} of ${steps}`, String(solved)],
    ...[minutes === undefined ? "" : `${minutes} min`, `${repaired} of ${incidents}`],
    ...[String(revealed), String(hints)],
  ];
}
