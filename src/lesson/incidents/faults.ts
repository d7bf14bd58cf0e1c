import type { Fault, Level } from "./fault.ts";
import { callbackLost } from "./faults/callback-lost.ts";
import { constraint } from "./faults/constraint.ts";
import { crashLoop } from "./faults/crash-loop.ts";
import { disk } from "./faults/disk.ts";
import { healthCheck } from "./faults/health-check.ts";
import { hostPort } from "./faults/host-port.ts";
import { image } from "./faults/image.ts";
import { memory } from "./faults/memory.ts";
import { roles } from "./faults/roles.ts";
import { ruleMissing } from "./faults/rule-missing.ts";
import { ruleOtherApp } from "./faults/rule-other-app.ts";
import { ruleOtherHost } from "./faults/rule-other-host.ts";
import { ruleShadowed } from "./faults/rule-shadowed.ts";
import { ruleTypo } from "./faults/rule-typo.ts";
import { suspended } from "./faults/suspended.ts";

/** Every fault that a lab can be given; new ones are added at the end, so that a seed goes on to mean the same one. */
export const faults: readonly Fault[] = [
  ruleTypo,
  ruleMissing,
  ruleOtherApp,
  ruleOtherHost,
  ruleShadowed,
  memory,
  disk,
  constraint,
  roles,
  hostPort,
  crashLoop,
  image,
  suspended,
  healthCheck,
  callbackLost,
];

/** The faults of a level and below. */
export function faultsUpTo(level: Level): readonly Fault[] {
  return faults.filter((fault) => fault.level <= level);
}
