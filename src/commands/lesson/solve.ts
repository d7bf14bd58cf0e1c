import { exitCodes, LabError } from "../../errors.ts";
import { checkStep } from "../../lesson/check.ts";
import { bringState } from "../../lesson/restore.ts";
import type { Step } from "../../lesson/stage.ts";
import { stateBefore } from "../../lesson/state.ts";
import { line, lineOf, runTasks, secondsSince } from "../../ui/tasks.ts";
import type { Context } from "../context.ts";
import { noteBeginning } from "./begin.ts";
import { notePassed } from "./check.ts";
import { type Lesson, onStage } from "./open.ts";

/** `lesson solve`: brings the lab to where the step begins, if need be, and does the step. */
export async function solve(here: Lesson, step: Step, context: Context): Promise<number> {
  const { lab, ids, language, folder } = here;
  const { id, title, question } = step.text;
  const begin = performance.now();
  let told: string | undefined;
  const task = line(lineOf(context, "lesson", title[language], id), (say) =>
    onStage(here, context, say, async (opened) => {
      await bringState(opened, stateBefore(id, ids, lab));
      const noted = await noteBeginning(here, step, opened, { anew: true });
      const stage = { ...opened, noted };
      told = await step.solve(stage);
      // A question that was answered here needs no second look.
      const look = question === undefined ? await checkStep(step, stage) : undefined;
      if (look !== undefined && !look.done) throw unsolved(id, look.why.en);
      await notePassed(here, step, "solve", opened);
      return undefined;
    }),
  );
  await folder.locked(() => runTasks([task], context.display));
  const seconds = secondsSince(begin);
  if (context.json) context.emit({ event: "result", step: id, solved: true, told, seconds });
  else if (told !== undefined)
    context.print(`${question === undefined ? "" : `${question[language]} `}${told}`);
  return exitCodes.ok;
}

function unsolved(id: string, why: string): LabError {
  return new LabError("lesson-step-not-reached", `the step ${id} was done, and is not seen to be done`, {
    details: [why],
    remedy: ["npx mesos-lab verify", `npx mesos-lab lesson check ${id}`],
  });
}
