import * as z from "zod";
import { LabError } from "../errors.ts";
import { type StepId, stepIds } from "../render/lesson/words.ts";
import { readIfThere, writeFiles } from "../tools/files.ts";
import { type LabFolder, lessonName } from "../tools/lab-folder.ts";
import { isSignedBy, signedBy } from "./report/keys.ts";

const time = z.iso.datetime();
const text = z.string().max(400);

const notesSchema = z.strictObject({
  /** Where the student is; absent before the first step and after the last. */
  at: z.enum(stepIds).optional(),
  /** The steps that are done: when, and by whom. */
  passed: z.partialRecord(z.enum(stepIds), z.strictObject({ at: time, by: z.enum(["student", "solve"]) })),
  /** What was there when a step began: tasks or reports, by which a later look sees a change. */
  begun: z.partialRecord(z.enum(stepIds), z.array(text)),
  /** Somebody else than this tool has written the notes at some time. */
  changed: z.literal(true).optional(),
});
const signedSchema = notesSchema.extend({ signature: z.string().max(200).optional() });

/** What is noted of a student's way through the lesson. */
export type Notes = z.infer<typeof notesSchema>;

/** @throws LabError `usage` where the file is damaged. */
export function readNotes(folder: LabFolder): Notes {
  const written = readIfThere(folder.file(lessonName));
  if (written === undefined) return { passed: {}, begun: {} };
  try {
    const { signature, ...notes } = signedSchema.parse(JSON.parse(written));
    return isOwn(folder, notes, signature) ? notes : { ...notes, changed: true };
  } catch (cause) {
    throw new LabError("record-damaged", `${folder.file(lessonName)} is damaged`, {
      remedy: ["remove it: the lesson then begins anew"],
      cause,
    });
  }
}

/** The notes after a step is done. @param steps all that the lab has, in their order. */
export function withPassed(
  notes: Notes,
  id: StepId,
  steps: readonly StepId[],
  how: { readonly at: string; readonly by: "student" | "solve" },
): Notes {
  const passed = { ...notes.passed, [id]: notes.passed[id] ?? how };
  const isOpen = (each: StepId) => passed[each] === undefined;
  const next = steps.slice(steps.indexOf(id) + 1).find(isOpen) ?? steps.find(isOpen);
  const { at: _, ...others } = notes;
  return { ...others, passed, ...(next !== undefined && { at: next }) };
}

/** The notes of somebody who begins a step: it and all after it are open. */
export function beginningAt(notes: Notes, id: StepId, steps: readonly StepId[]): Notes {
  const kept = steps.slice(0, steps.indexOf(id));
  const only = <T>(all: Partial<Record<StepId, T>>) =>
    Object.fromEntries(kept.flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]]])));
  return { ...notes, at: id, passed: only(notes.passed), begun: only(notes.begun) };
}

/** The step that the student is at; undefined when all are done. */
export function currentStep(notes: Notes, steps: readonly StepId[]): StepId | undefined {
  const open = steps.find((id) => notes.passed[id] === undefined);
  return notes.at !== undefined && steps.includes(notes.at) && notes.passed[notes.at] === undefined
    ? notes.at
    : open;
}

export function writeNotes(folder: LabFolder, notes: Notes): void {
  const signed = { ...notes, signature: signedBy(folder, textOf(notes)) };
  writeFiles(folder.path, [{ path: lessonName, contents: `${JSON.stringify(signed, undefined, 2)}\n` }]);
}

function isOwn(folder: LabFolder, notes: Notes, signature: string | undefined): boolean {
  return signature !== undefined && isSignedBy(folder, textOf(notes), signature);
}

/** The same for the same notes, however they are laid out. */
function textOf(notes: Notes): string {
  return JSON.stringify(notesSchema.parse(notes));
}
