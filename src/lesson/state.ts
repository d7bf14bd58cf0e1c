import { demoAcl, narrowAcl } from "../lab/demo.ts";
import type { Lab } from "../lab/model.ts";
import type { StepId } from "../render/lesson/words.ts";

/** What the lesson changes of a lab: the rest of it stays as `create` made it. */
export interface LabState {
  /** The tutorial's app; `suspended`: it is there with no instance. */
  readonly app: "absent" | "running" | "suspended";
  /** Its rule in Bamboo; absent where it has none. */
  readonly acl?: string;
}

/** What the steps leave behind; a step that is not here leaves the lab as it was. */
const leaves: Partial<Record<StepId, (lab: Lab) => Partial<LabState>>> = {
  deploy: () => ({ app: "running" }),
  rule: () => ({ acl: demoAcl }),
  "rule-api": (lab) => ({ acl: narrowAcl(lab) }),
  suspend: () => ({ app: "suspended" }),
  resume: () => ({ app: "running" }),
};

/** The lab as it should be when a step begins. @param steps all that the lab has, in their order. */
export function stateBefore(id: StepId, steps: readonly StepId[], lab: Lab): LabState {
  const changes = steps.slice(0, steps.indexOf(id)).map((before) => leaves[before]?.(lab));
  return Object.assign({ app: "absent" }, ...changes);
}
