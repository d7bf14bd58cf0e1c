import type { Lab } from "../lab/model.ts";
import { stepTexts } from "../render/lesson/steps.ts";
import { changeStep } from "./change-steps.ts";
import { lookStep } from "./look-steps.ts";
import type { Step } from "./stage.ts";

/** The lesson of a lab: its steps in their order. */
export function stepsOf(lab: Lab): readonly Step[] {
  return stepTexts(lab).map((text) => {
    const step = lookStep(text) ?? changeStep(text);
    if (step === undefined) throw new Error(`nobody knows how to check the step ${text.id}`);
    return step;
  });
}
