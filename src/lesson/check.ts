import { LabError } from "../errors.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { waitFor } from "../probes/wait.ts";
import { type LessonStage, type Look, notYet, type Step } from "./stage.ts";

/** How long a check may take; what has begun is waited for a little less. */
const limitMs = 10_000;
const soonMs = 9_000;

/** Looks whether a step is done. */
export function checkStep(step: Step, stage: LessonStage): Promise<Look> {
  return boundedLook(step.look, stage);
}

/**
 * Looks, and a few seconds longer where what is missing has begun; usually at most 10 s. What the lab answers, or does not, is a
 * result and no error.
 */
export async function boundedLook(
  look: Step["look"],
  stage: LessonStage,
  bounds: { readonly limitMs: number; readonly soonMs: number } = { limitMs, soonMs },
): Promise<Look> {
  const bound = AbortSignal.timeout(bounds.limitMs);
  const signal = AbortSignal.any([stage.signal, bound]);
  let last: Look = notYet(
    `the lab does not answer within ${bounds.limitMs / 1000} s`,
    `实验环境 ${bounds.limitMs / 1000} 秒内没有回答`,
  );
  try {
    const waited = await waitFor<Look>(
      async (each) => {
        last = await lookOnce(look, { ...stage, signal: each, probes: { ...stage.probes, signal: each } });
        return last.done || last.soon !== true ? { ok: true, value: last } : { ok: false, seen: last.why.en };
      },
      { timeoutMs: bounds.soonMs, signal },
    );
    return waited.ok ? waited.value : last;
  } catch (error) {
    stage.signal.throwIfAborted();
    if (bound.aborted) return last;
    throw error;
  }
}

async function lookOnce(look: Step["look"], stage: LessonStage): Promise<Look> {
  try {
    return await look(stage);
  } catch (error) {
    if (error instanceof ProbeError)
      return notYet(`the lab does not answer: ${error.message}`, `实验环境没有回答：${error.message}`);
    if (error instanceof LabError)
      return notYet([error.message, ...error.details].join(": "), `${error.message}`);
    throw error;
  }
}
