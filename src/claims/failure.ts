import { exitCodes, LabError } from "../errors.ts";
import type { Verdict } from "./verdict.ts";

/** The error for a lab of which not every claim holds. */
export function claimsFailed(verdict: Verdict): LabError {
  const failing = verdict.results.filter(({ holds }) => !holds);
  return new LabError(`${failing.length} of ${verdict.results.length} claims do not hold`, {
    exitCode: exitCodes.verify,
    details: failing.map(({ title, machine, seen }) => `• ${title} (${machine}): ${seen}`),
    remedy: [
      ...new Set(failing.map(({ service }) => `npx mesos-lab logs ${service}`)),
      "npx mesos-lab verify",
    ],
  });
}
