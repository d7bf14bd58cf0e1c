import * as z from "zod";

/** Names from other versions of this tool are words too. */
const word = z.string().regex(/^[a-z0-9-]{1,60}$/);
const line = z.string().min(1).max(120);
const time = z.iso.datetime();
const count = z.int().min(0).max(1_000_000);

const step = z.strictObject({
  id: word,
  /** When it was found done, and by whom it was; absent where it is open. */
  at: time.optional(),
  by: z.enum(["student", "solve"]).optional(),
});

const incident = z.strictObject({
  /** Which one it was; absent where it goes on, so that the report gives nothing away. */
  fault: word.optional(),
  level: z.int().min(1).max(9),
  startedAt: time,
  endedAt: time.optional(),
  by: z.enum(["repaired", "revealed"]).optional(),
  hints: count,
});

/** What a student has done in a lab. */
export const reportSchema = z.strictObject({
  student: line,
  lab: line,
  stack: word,
  runsOn: word,
  version: line,
  writtenAt: time,
  /** Whether the lab's own notes were changed by hand before. */
  notesChanged: z.boolean(),
  steps: z.array(step).max(200),
  incidents: z.array(incident).max(1000),
});

export type StudentReport = z.infer<typeof reportSchema>;

/** The text that is signed: the same for the same report, however its file is laid out. */
export function textOf(report: StudentReport): string {
  // Parsed: the keys are in the schema's order.
  return JSON.stringify(reportSchema.parse(report));
}
