import type { Stage } from "../demo/deploy.ts";
import type { Lab } from "../lab/model.ts";
import type { ProbeContext } from "../probes/context.ts";
import type { StepText, Words } from "../render/lesson/words.ts";

/** What the steps of the lesson work with. */
export interface LessonStage extends Stage {
  readonly lab: Lab;
  readonly probes: ProbeContext;
  /** What the student answers, where a step asks. */
  readonly answer?: string | undefined;
  /** What was noted when the step began; undefined where nothing was. */
  readonly noted: readonly string[] | undefined;
  /** The drills that have been done here, by the names of their reports. */
  readonly reports: () => readonly DrillDone[];
  readonly drill: (name: string, how: { readonly compare: boolean }) => Promise<void>;
  /** Removes what runs a task, behind the back of Mesos. */
  readonly removeTask: (host: string, port: number) => Promise<void>;
}

export interface DrillDone {
  readonly name: string;
  readonly recovered: boolean;
  /** Over how many ways in it looked. */
  readonly ways: number;
}

/** What a look at a step found. */
export type Look = { readonly done: true } | NotYet;

export interface NotYet {
  readonly done: false;
  readonly why: Words;
  /** What is missing has begun, and a later look may find it. */
  readonly soon?: boolean;
  /** What was noted when the step began is of no use any more: it is to be noted anew. */
  readonly again?: boolean;
}

/** A step of the lesson: what it tells, and how the lab shows that it is done. */
export interface Step {
  readonly text: StepText;
  readonly look: (stage: LessonStage) => Promise<Look>;
  /** Does the step in a lab that is as it should be when the step begins; returns what there is to tell. */
  readonly solve: (stage: LessonStage) => Promise<string | undefined>;
  /** What is to be noted when the step begins. */
  readonly begin?: (stage: LessonStage) => Promise<readonly string[]>;
}

export const done: Look = { done: true };

export function notYet(en: string, zh: string, soon = false): NotYet {
  return { done: false, why: { en, zh }, ...(soon && { soon }) };
}
