import { exitCodes } from "../../errors.ts";
import type { Language, StepId } from "../../render/lesson/words.ts";
import type { LabEvent } from "../../ui/events.ts";
import { type Hub, openHub } from "../../watch/hub.ts";
import { openRecording, record } from "../../watch/record.ts";
import { type Actions, servePage } from "../../watch/server/server.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "../context.ts";
import { check } from "../lesson/check.ts";
import { lessonOf } from "../lesson/open.ts";
import { mayWrite } from "../may-write.ts";
import { printLines, watchUntilInterrupted } from "./events.ts";
import { pressing } from "./press.ts";

export interface WatchOptions extends LabOptions {
  readonly language?: Language;
  /** Lines in the terminal, and no page. */
  readonly plain?: boolean;
  /** A file to write the events to, for a replay. */
  readonly record?: string;
  /** Write over the file of `record`. */
  readonly yes?: boolean;
}

/** `watch`: a page that shows the lab as it is, until Ctrl-C. @param step of the lesson, to open the page at */
export async function watch(
  { language, plain = false, record: file, yes = false, ...which }: WatchOptions,
  context: Context,
  step?: StepId,
): Promise<never> {
  const made = madeLab(which);
  const hub = openHub();
  const watching = () =>
    plain ? lines(made, hub, language, context) : page(made, hub, { language, step }, context);
  if (file === undefined) return watching();
  await mayWrite({ file, flag: "record", yes }, context);
  const recorder = record(hub, openRecording(file, yes), file);
  try {
    return await watching();
  } catch (error) {
    const { empty, failure } = recorder.close();
    if (!empty && failure === undefined) context.note(`recorded; a page of it: npx mesos-lab watch ${file}`);
    throw failure ?? error;
  }
}

function lines(made: MadeLab, hub: Hub, language: Language | undefined, context: Context): Promise<never> {
  printLines(hub, context);
  return watchUntilInterrupted(made, hub, language, context);
}

async function page(
  made: MadeLab,
  hub: Hub,
  { language, step }: { readonly language: Language | undefined; readonly step: StepId | undefined },
  context: Context,
): Promise<never> {
  const { press, over } = pressing(made, hub, context);
  const checking = checksOf(made, language, context);
  const server = await servePage(hub, { drill: press, check: checking });
  try {
    context.print(step === undefined ? server.url : `${server.url}&step=${step}`);
    context.note(
      "open this address in a browser of this computer; whoever has it can press drills; Ctrl-C ends it",
    );
    return await watchUntilInterrupted(made, hub, language, context);
  } catch (error) {
    // What a drill has to tell that was interrupted is more than that.
    throw (await over()) ?? error;
  } finally {
    await server.close();
  }
}

/** Checks of the lesson's steps, one at a time: the same as `lesson check`. */
function checksOf(made: MadeLab, language: Language | undefined, context: Context): Actions["check"] {
  const here = lessonOf(made, language);
  let busy = false;
  return async (name, answer) => {
    const step = here.steps.find(({ text }) => text.id === name);
    if (step === undefined) return { refused: `there is no step "${name}"` };
    if (busy) return { refused: "another check is under way" };
    busy = true;
    try {
      let why: unknown;
      const emit = (event: LabEvent) => {
        if (event.event === "result") why = event.why;
      };
      const exitCode = await check(here, step, answer, { ...context, json: true, emit });
      return { passed: exitCode === exitCodes.ok, ...(why !== undefined && { why: String(why) }) };
    } catch (error) {
      return { refused: error instanceof Error ? error.message : String(error) };
    } finally {
      busy = false;
    }
  };
}
