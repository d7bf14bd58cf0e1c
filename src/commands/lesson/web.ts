import { refuseFlags, usageError } from "../../flags.ts";
import { type Context, madeLab } from "../context.ts";
import { watch } from "../watch/watch.ts";
import { type LessonOptions, lessonOf, stepNamed } from "./open.ts";

/**
 * `lesson --web [step]`: the page of `watch`, open at the step, or where the student is. As `watch`, it ends by Ctrl-C alone.
 * @throws LabError `usage` for a word that is no step, or a flag that says nothing about a page.
 */
export async function web(
  [step, more]: readonly (string | undefined)[],
  { language, answer, student, teacher, output, yes, ...which }: LessonOptions,
  context: Context,
): Promise<never> {
  if (more !== undefined)
    throw usageError("lesson --web takes a step alone", ["npx mesos-lab lesson --web [step]"]);
  const others = { answer, student, teacher, output, yes, json: context.json || undefined };
  refuseFlags(others, Object.keys(others), "does not go with `lesson --web`");
  const at = step === undefined ? undefined : stepNamed(lessonOf(madeLab(which), language), step).text.id;
  return watch({ ...which, ...(language && { language }) }, context, at);
}
