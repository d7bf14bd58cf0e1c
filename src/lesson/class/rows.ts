import { secondsBetween } from "../noted-times.ts";
import type { Opened } from "../report/document.ts";
import type { StudentReport } from "../report/model.ts";

/** A report's file, read. */
export interface Handed {
  readonly file: string;
  readonly opened: Opened;
}

/** What a teacher wants to know of one student. */
export interface Row {
  readonly file: string;
  readonly student: string;
  readonly lab: string;
  readonly stepsDone: number;
  readonly steps: number;
  /** Of those that are done: by `lesson solve`. */
  readonly solved: number;
  /** From the first step to the last that is done; undefined where there are not two. */
  readonly minutes: number | undefined;
  readonly repaired: number;
  readonly incidents: number;
  readonly revealed: number;
  readonly hints: number;
  /** For each incident that was repaired: which one it was, and after how many seconds. */
  readonly repairs: readonly { readonly fault: string; readonly seconds: number }[];
  readonly writtenAt: string | undefined;
  /** What is wrong with the report; empty where nothing is. */
  readonly remarks: readonly string[];
}

/** A row for each file, by the students' names; files that are no reports come last. */
export function rowsOf(all: readonly Handed[]): readonly Row[] {
  const rows = all.map((each) => rowOf(each, all));
  const collator = new Intl.Collator("en", { numeric: true });
  return rows.sort(
    (a, b) =>
      Number(a.student === "") - Number(b.student === "") ||
      collator.compare(a.student, b.student) ||
      collator.compare(a.file, b.file),
  );
}

function rowOf({ file, opened }: Handed, all: readonly Handed[]): Row {
  if (opened.report === undefined) return { ...nothing, file, remarks: [opened.why] };
  const { report, key, genuine } = opened;
  const done = report.steps.filter(({ at }) => at !== undefined);
  const ended = (how: string) => report.incidents.filter(({ by }) => by === how);
  return {
    ...{ file, student: report.student, lab: report.lab, writtenAt: report.writtenAt },
    ...{ stepsDone: done.length, steps: report.steps.length, minutes: minutesOf(report) },
    solved: done.filter(({ by }) => by === "solve").length,
    ...{ repaired: ended("repaired").length, incidents: report.incidents.length },
    revealed: ended("revealed").length,
    hints: report.incidents.reduce((sum, { hints }) => sum + hints, 0),
    repairs: ended("repaired").map(({ fault = "", startedAt, endedAt = startedAt }) => ({
      fault,
      seconds: secondsBetween(startedAt, endedAt),
    })),
    remarks: [
      ...(genuine ? [] : ["changed by hand: the signature does not fit"]),
      ...(report.notesChanged ? ["the lab's own notes were changed by hand"] : []),
      ...twins(file, key, report, all),
    ],
  };
}

/** Two students cannot have the same lab: its key is made with it. */
function twins(file: string, key: string, { student }: StudentReport, all: readonly Handed[]): string[] {
  return all.flatMap((each) =>
    each.file === file || each.opened.report === undefined || each.opened.key !== key
      ? []
      : [
          each.opened.report.student === student
            ? `there is another report of it: ${each.file}`
            : `the same lab as that of ${each.opened.report.student}`,
        ],
  );
}

function minutesOf({ steps }: StudentReport): number | undefined {
  // Of one form, so that their order is that of the moments.
  const times = steps.flatMap(({ at }) => at ?? []).sort();
  const [first, last] = [times[0], times.at(-1)];
  return first === undefined || last === undefined || times.length < 2
    ? undefined
    : Math.round(secondsBetween(first, last) / 60);
}

const nothing = {
  ...{ student: "", lab: "", stepsDone: 0, steps: 0, solved: 0, minutes: undefined },
  ...{ repaired: 0, incidents: 0, revealed: 0, hints: 0, repairs: [], writtenAt: undefined },
};
