import { exitCodes, LabError } from "../../errors.ts";
import { beginningAt, readNotes, writeNotes } from "../../lesson/notes.ts";
import { bringState, type Foreign, findForeign, removeForeign } from "../../lesson/restore.ts";
import type { LessonStage, Step } from "../../lesson/stage.ts";
import { stateBefore } from "../../lesson/state.ts";
import { askInfo } from "../../probes/marathon.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import { ask } from "../../ui/ask.ts";
import { line, lineOf, runTasks, secondsSince } from "../../ui/tasks.ts";
import { clean } from "../../untrusted.ts";
import type { Context, MadeLab } from "../context.ts";
import { up } from "../up.ts";
import { noteBeginning } from "./begin.ts";
import { type Lesson, onStage } from "./open.ts";

/** `lesson restore`: the lab as it should be when the step begins, and the student there. */
export async function restore(here: Lesson, step: Step, yes: boolean, context: Context): Promise<number> {
  const { lab, ids, folder } = here;
  const { id } = step.text;
  const begin = performance.now();
  const removed = await makeRoom(here, `the step ${id}`, yes, context);
  const task = line(lineOf(context, "lesson", `Bring the lab to the step ${id}`, id), (say) =>
    onStage(here, context, say, async (stage) => {
      await bringState(stage, stateBefore(id, ids, lab));
      writeNotes(folder, beginningAt(readNotes(folder), id, ids));
      await noteBeginning(here, step, stage, { anew: true });
      return undefined;
    }),
  );
  await folder.locked(() => runTasks([task], context.display));
  const seconds = secondsSince(begin);
  if (context.json) context.emit({ event: "result", step: id, restored: true, removed, seconds });
  return exitCodes.ok;
}

/**
 * Starts a lab that was shut down, and removes the apps and rules that are not the lesson's; returns which.
 * @param what begins after it, in words.
 */
export async function makeRoom(
  made: MadeLab,
  what: string,
  yes: boolean,
  context: Context,
): Promise<readonly string[]> {
  return onStage(made, context, context.note, async (stage) => {
    if (!(await answers(stage)))
      await up({ name: made.lab.name }, { ...context, print: context.note, emit: () => undefined });
    const foreign = await findForeign(stage);
    await agree(foreign, what, yes, context);
    await made.folder.locked(() => removeForeign(stage, foreign));
    return idsOf(foreign);
  });
}

async function answers({ probes, at }: LessonStage): Promise<boolean> {
  try {
    await askInfo(probes, at.marathon);
    return true;
  } catch (error) {
    if (error instanceof ProbeError) return false;
    throw error;
  }
}

/** @throws LabError `usage` unless what is not the lesson's may go. */
async function agree(foreign: Foreign, what: string, yes: boolean, { json, signal }: Context): Promise<void> {
  const lost = idsOf(foreign);
  if (lost.length === 0) return;
  const named = clean(lost.join(", "));
  if ((await ask(`Remove what is not the lesson's: ${named}?`, { yes, json, signal })) === "yes") return;
  throw new LabError("not-confirmed", `${what} begins without the apps and rules that are not the lesson's`, {
    details: [`they would be removed: ${named}`],
    remedy: ["the same with --yes: remove them"],
  });
}

function idsOf({ apps, rules }: Foreign): readonly string[] {
  return [...apps.map((each) => `app ${each}`), ...rules.map((each) => `rule ${each}`)];
}
