import { LabError } from "../../errors.ts";
import { usageError } from "../../flags.ts";
import { currentStep, readNotes } from "../../lesson/notes.ts";
import type { Step } from "../../lesson/stage.ts";
import { type Context, madeLab } from "../context.ts";
import { check } from "./check.ts";
import { type Lesson, type LessonOptions, lessonOf, stepNamed } from "./open.ts";
import { report } from "./report.ts";
import { restore } from "./restore.ts";
import { show } from "./show.ts";
import { solve } from "./solve.ts";

/** `lesson`: where the student is; `lesson check|solve|restore [step]`, `lesson report`. */
export async function lesson(
  action: string | undefined,
  name: string | undefined,
  options: LessonOptions,
  context: Context,
): Promise<number> {
  const { answer, language, yes = false, student, teacher, output, ...which } = options;
  const here = lessonOf(madeLab(which), language);
  if (answer !== undefined && action !== "check")
    throw new LabError("flag-does-not-fit", "--answer is for `lesson check`", {
      remedy: ["npx mesos-lab lesson check <step> --answer <text>"],
    });
  if (action === "report") {
    if (name !== undefined) throw usageError(`lesson report is of all steps, not of ${name}`);
    return report(here, { student, teacher, output, yes }, context);
  }
  for (const [flag, value] of Object.entries({ student, teacher, output }))
    if (value !== undefined)
      throw new LabError("flag-does-not-fit", `--${flag} is for \`lesson report\``, {
        remedy: [`npx mesos-lab lesson report --${flag} <value>`],
      });
  if (action === undefined) return show(here, context);
  const step = stepOrCurrent(here, name, action);
  if (step === undefined) return show(here, context);
  if (answer !== undefined && step.text.question === undefined)
    throw new LabError("flag-does-not-fit", `the step ${step.text.id} asks nothing`, {
      remedy: [`npx mesos-lab lesson check ${step.text.id}`],
    });
  if (action === "check") return check(here, step, answer, context);
  return action === "solve" ? solve(here, step, context) : restore(here, step, yes, context);
}

/** The named step, or where the student is; undefined when the lesson is done. */
function stepOrCurrent(here: Lesson, name: string | undefined, action: string): Step | undefined {
  if (name !== undefined) return stepNamed(here, name);
  if (action === "restore")
    throw new LabError("wrong-command-line", "lesson restore needs to know which step", {
      details: [`steps: ${here.ids.join(", ")}`],
      remedy: ["npx mesos-lab lesson restore <step>"],
    });
  const current = currentStep(readNotes(here.folder), here.ids);
  return current === undefined ? undefined : stepNamed(here, current);
}
