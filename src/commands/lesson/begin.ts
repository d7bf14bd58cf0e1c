import { currentStep, type Notes, readNotes, writeNotes } from "../../lesson/notes.ts";
import type { LessonStage, Step } from "../../lesson/stage.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import type { Lesson } from "./open.ts";

/** Notes what is there when a step begins, unless that was noted already; returns it. */
export async function noteBeginning(
  { folder }: Lesson,
  { text, begin }: Step,
  stage: LessonStage,
  how: { readonly anew: boolean } = { anew: false },
): Promise<readonly string[] | undefined> {
  const notes = readNotes(folder);
  const noted = notes.begun[text.id];
  if (begin === undefined || (noted !== undefined && !how.anew)) return noted;
  const found = [...(await begin(stage))];
  writeNotes(folder, { ...notes, begun: { ...notes.begun, [text.id]: found } });
  return found;
}

/** The same for the step that the student is at; a lab that does not answer is noted later. */
export async function noteCurrent(here: Lesson, notes: Notes, stage: LessonStage): Promise<void> {
  const step = here.steps.find(({ text }) => text.id === currentStep(notes, here.ids));
  if (step === undefined) return;
  try {
    await noteBeginning(here, step, stage);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
  }
}
