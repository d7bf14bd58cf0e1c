import * as z from "zod";
import { addressesOf } from "../../demo/services.ts";
import { drills } from "../../drills/catalogue.ts";
import { LabError } from "../../errors.ts";
import { machineAt } from "../../lab/model.ts";
import { suggestion } from "../../lab/problems.ts";
import type { DrillDone, LessonStage, Step } from "../../lesson/stage.ts";
import { stepsOf } from "../../lesson/steps.ts";
import { machinesOf } from "../../machines/index.ts";
import { labContext } from "../../probes/context.ts";
import { defaultRequestTimeoutMs, openHttp } from "../../probes/http.ts";
import type { Language, StepId } from "../../render/lesson/words.ts";
import { listIfThere } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { noted } from "../../tools/noted.ts";
import type { Context, LabOptions, MadeLab } from "../context.ts";
import { drillAgain } from "../drill.ts";

export interface LessonOptions extends LabOptions {
  readonly answer?: string;
  readonly language?: Language;
  /** For `lesson report`. */
  readonly student?: string;
  readonly teacher?: string;
  readonly output?: string;
  /** Remove what is not the lesson's without asking, or write over a file that is there. */
  readonly yes?: boolean;
}

/** A lesson that somebody takes: the lab, its steps, and the language. */
export interface Lesson extends MadeLab {
  readonly steps: readonly Step[];
  readonly ids: readonly StepId[];
  readonly language: Language;
}

export function lessonOf(made: MadeLab, language: Language | undefined): Lesson {
  const steps = stepsOf(made.lab);
  return {
    ...made,
    steps,
    ids: steps.map(({ text }) => text.id),
    language: language ?? shellLanguage(process.env),
  };
}

/** zh where the shell speaks Chinese, else English. */
export function shellLanguage(env: NodeJS.ProcessEnv): Language {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || "") ? "zh" : "en";
}

/** @throws LabError `usage` for a word that is no step of this lab. */
export function stepNamed({ steps, ids }: Lesson, name: string): Step {
  const step = steps.find(({ text }) => text.id === name);
  if (step !== undefined) return step;
  const known = `known here: ${ids.join(", ")}`;
  const close = suggestion(name, ids);
  throw new LabError("lesson-step-unknown", `there is no step "${name}" in this lab's lesson, ${close}`, {
    details: close === known ? [] : [known],
    remedy: ["npx mesos-lab lesson"],
  });
}

/** Opens what the steps work with, and closes it after. */
export async function onStage<T>(
  { lab, folder }: MadeLab,
  context: Context,
  say: (text: string) => void,
  work: (stage: LessonStage) => Promise<T>,
): Promise<T> {
  const http = openHttp();
  const { signal } = context;
  try {
    return await work({
      ...{ lab, http, signal, say, at: addressesOf(lab), noted: undefined },
      probes: labContext(http, signal, defaultRequestTimeoutMs),
      reports: () => drillsDone(folder),
      drill: async (name, { compare }) => drillHere(name, compare, { lab, folder }, context),
      removeTask: async (host, port) => {
        await machinesOf(lab, folder).breaks.removeTask(machineAt(lab, host), port, signal);
      },
    });
  } finally {
    await http.close();
  }
}

/** A drill as part of something else: what it finds is told on the way. */
async function drillHere(name: string, compare: boolean, made: MadeLab, context: Context): Promise<void> {
  const drill = drills.find((each) => each.name === name);
  if (drill === undefined) throw new Error(`there is no drill ${name}`);
  const usual = { on: undefined, repeat: 1, notes: [], settle: 5, deadline: 300, rate: undefined };
  await drillAgain({ ...usual, drill, compare }, made, {
    ...context,
    print: context.note,
    emit: (event) => {
      if (event.event !== "result") context.emit(event);
    },
  });
}

const reportSchema = z.array(z.object({ recovered: z.boolean(), lanes: z.array(z.unknown()) })).nonempty();

/** Only reports that are whole count. */
function drillsDone(folder: LabFolder): readonly DrillDone[] {
  return listIfThere(folder.file("reports"))
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const drills = noted(folder.file("reports", name), reportSchema);
      if (drills === undefined) return [];
      const recovered = drills.every((report) => report.recovered);
      return [
        {
          name: name.replace(/\.json$/, ""),
          recovered,
          ways: Math.max(...drills.map(({ lanes }) => lanes.length)),
        },
      ];
    });
}
