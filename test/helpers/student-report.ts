import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { documentOf } from "../../src/lesson/report/document.ts";
import type { StudentReport } from "../../src/lesson/report/model.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 26, 9, minute)).toISOString();

/** What somebody has done in 40 minutes: two of three steps, one incident repaired and one revealed, one going on. */
export function studentReport(more: Partial<StudentReport> = {}): StudentReport {
  return {
    ...{ student: "Ada", lab: "mesos-lab", stack: "rehearsal", runsOn: "embedded", version: "0.1.0" },
    ...{ writtenAt: at(59), notesChanged: false },
    steps: [
      { id: "mesos", at: at(2), by: "student" },
      { id: "deploy", at: at(42), by: "solve" },
      { id: "kill" },
    ],
    incidents: [
      {
        ...{ fault: "memory", level: 1, startedAt: at(43), endedAt: at(45), by: "repaired", hints: 1 },
      },
      {
        ...{ fault: "roles", level: 3, startedAt: at(46), endedAt: at(50), by: "revealed", hints: 2 },
      },
      { level: 2, startedAt: at(55), hints: 0 },
    ],
    ...more,
  };
}

export const newLabKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

/** A file as `lesson report` writes it, of a lab of its own. */
export function reportFile(
  more: Partial<StudentReport> = {},
  key = newLabKey(),
  teacher?: KeyObject,
): string {
  return documentOf(studentReport(more), key, teacher);
}
