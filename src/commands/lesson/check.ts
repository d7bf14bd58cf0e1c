import { exitCodes } from "../../errors.ts";
import { checkStep } from "../../lesson/check.ts";
import { currentStep, readNotes, withPassed, writeNotes } from "../../lesson/notes.ts";
import { done, type LessonStage, type Look, type Step } from "../../lesson/stage.ts";
import { paint } from "../../ui/color.ts";
import { secondsSince } from "../../ui/tasks.ts";
import type { Context } from "../context.ts";
import { noteBeginning, noteCurrent } from "./begin.ts";
import { type Lesson, onStage } from "./open.ts";

const words = {
  en: { done: "done", next: "next", over: "that was the last step" },
  zh: { done: "完成", next: "下一步", over: "这是最后一步" },
} as const;

/** `lesson check`: one line, and exit code 0 only when the step is done. */
export async function check(
  here: Lesson,
  step: Step,
  answer: string | undefined,
  context: Context,
): Promise<number> {
  const begin = performance.now();
  const { id } = step.text;
  const look = await onStage(here, context, context.note, async (opened) => {
    // An answer that was right once is not asked for again.
    const isAnswered = step.text.question !== undefined && readNotes(here.folder).passed[id] !== undefined;
    if (answer === undefined && isAnswered) return done;
    const noted = await noteBeginning(here, step, opened).catch(() => undefined);
    const found = await checkStep(step, { ...opened, answer, noted });
    if (found.done) await notePassed(here, step, "student", opened);
    else if (found.again) await noteBeginning(here, step, opened, { anew: true }).catch(() => undefined);
    return found;
  });
  tell(here, step, look, secondsSince(begin), context);
  return look.done ? exitCodes.ok : exitCodes.verify;
}

/** Notes that a step is done at this moment, and what is there as the next one begins. */
export async function notePassed(
  here: Lesson,
  { text }: Step,
  by: "student" | "solve",
  stage: LessonStage,
): Promise<void> {
  const { folder, ids } = here;
  const notes = withPassed(readNotes(folder), text.id, ids, { at: new Date().toISOString(), by });
  writeNotes(folder, notes);
  await noteCurrent(here, notes, stage);
}

function tell(here: Lesson, { text }: Step, look: Look, seconds: number, context: Context): void {
  const { language } = here;
  const next = nextOf(here);
  if (context.json) {
    const why = look.done ? {} : { why: look.why[language] };
    context.emit({ event: "result", step: text.id, passed: look.done, ...why, next: next?.text.id, seconds });
    return;
  }
  const said = words[language];
  if (!look.done) {
    context.print(`${paint(context.color, "red", "✖")} ${text.id}: ${look.why[language]}`);
    return;
  }
  const then = next === undefined ? said.over : `${said.next}: ${next.text.id}, ${next.text.title[language]}`;
  context.print(`${paint(context.color, "green", "✔")} ${text.id}: ${said.done}; ${then}`);
}

function nextOf(here: Lesson): Step | undefined {
  const current = currentStep(readNotes(here.folder), here.ids);
  return here.steps.find(({ text }) => text.id === current);
}
