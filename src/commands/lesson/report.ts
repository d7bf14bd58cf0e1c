import { userInfo } from "node:os";
import { basename, dirname } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { readIncidents } from "../../lesson/incidents/record.ts";
import { chosen } from "../../lesson/incidents/scene.ts";
import { readNotes } from "../../lesson/notes.ts";
import { documentOf, isReport } from "../../lesson/report/document.ts";
import { labKey, teachersPublicKey } from "../../lesson/report/keys.ts";
import type { StudentReport } from "../../lesson/report/model.ts";
import { packageVersion, readIfThere, writeFiles } from "../../tools/files.ts";
import { clean } from "../../untrusted.ts";
import type { Context } from "../context.ts";
import { mayWrite } from "../may-write.ts";
import type { Lesson } from "./open.ts";

export interface ReportOptions {
  readonly student: string | undefined;
  /** A file with the teacher's public key. */
  readonly teacher: string | undefined;
  readonly output: string | undefined;
  readonly yes: boolean;
}

/** `lesson report`: what was done in this lab, signed with its key. */
export async function report(here: Lesson, options: ReportOptions, context: Context): Promise<number> {
  const student = clean(options.student ?? userName(), 100) || "student";
  const teacher = options.teacher === undefined ? undefined : teachersKey(options.teacher);
  const file = options.output ?? `lesson-${fileWord(student)}.json`;
  const same = { name: "report", is: isReport };
  await mayWrite({ file, flag: "output", yes: options.yes, same }, context);
  const made = reportOf(here, student);
  writeFiles(dirname(file), [
    { path: basename(file), contents: documentOf(made, labKey(here.folder), teacher) },
  ]);
  const done = made.steps.filter(({ at }) => at !== undefined).length;
  const repaired = made.incidents.filter(({ by }) => by === "repaired").length;
  const sealed = teacher !== undefined;
  if (context.json)
    context.emit({ event: "result", file, student, sealed, steps: done, incidents: repaired });
  else context.print(`${file}: ${done} of ${made.steps.length} steps, ${repaired} incidents repaired`);
  return exitCodes.ok;
}

function reportOf({ lab, folder, ids }: Lesson, student: string): StudentReport {
  const { passed, changed = false } = readNotes(folder);
  return {
    ...{ student, lab: lab.name, stack: lab.stack, runsOn: lab.runs.kind, version: packageVersion() },
    writtenAt: new Date().toISOString(),
    notesChanged: changed,
    steps: ids.map((id) => ({ id, ...passed[id] })),
    incidents: readIncidents(folder).map(({ seed, level, startedAt, hints, ended }) => ({
      ...{ level, startedAt, hints },
      ...(ended && { fault: chosen(lab, seed, level).fault.id, endedAt: ended.at, by: ended.by }),
    })),
  };
}

function teachersKey(file: string) {
  const key = teachersPublicKey(readIfThere(file) ?? "");
  if (key !== undefined) return key;
  throw new LabError("teacher-key-wrong", `${file} is no teacher's public key`, {
    details: ["wanted is a public key of X25519 in PEM"],
    remedy: ["openssl pkey -in teacher.key -pubout -out teacher.pub"],
  });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list.
    return "";
  }
}

/** A name as part of a file's: letters and figures of any script. */
function fileWord(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "student";
}
