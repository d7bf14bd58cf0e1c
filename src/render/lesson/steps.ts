import { discoveryOf } from "../../lab/discovery.ts";
import type { Lab } from "../../lab/model.ts";
import {
  compareStep,
  containerStep,
  deployStep,
  drillStep,
  killStep,
  resumeStep,
  ruleApiStep,
  ruleStep,
  suspendStep,
} from "./change-steps.ts";
import {
  bambooStep,
  discoveryStep,
  marathonStep,
  mesosStep,
  slaveStep,
  zookeeperStep,
} from "./look-steps.ts";
import { type Place, placeOf } from "./place.ts";
import { type StepId, type StepText, stepIds } from "./words.ts";

const texts: Readonly<Record<StepId, (place: Place) => StepText | undefined>> = {
  zookeeper: zookeeperStep,
  mesos: mesosStep,
  slave: slaveStep,
  marathon: marathonStep,
  bamboo: bambooStep,
  deploy: deployStep,
  rule: ruleStep,
  "rule-api": ruleApiStep,
  kill: killStep,
  suspend: suspendStep,
  resume: resumeStep,
  // The machines of somebody's Mesos are not the lab's to log in to.
  container: (place) => (place.lab.mesos === undefined ? containerStep(place) : undefined),
  discovery: discoveryStep,
  drill: drillStep,
  compare: ({ lab }) => (discoveryOf(lab).length > 1 ? compareStep() : undefined),
};

/** The lesson of a lab: its steps in their order. */
export function stepTexts(lab: Lab): readonly StepText[] {
  const place = placeOf(lab);
  return stepIds.flatMap((id) => texts[id](place) ?? []);
}
