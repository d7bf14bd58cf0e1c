import { LabError } from "../errors.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The error for a lab of which not every claim holds.
 * @param stopped what does not run and is why, a line each; `create` makes it anew.
 */
export function claimsFailed(verdict: Verdict, stopped: readonly string[] = []): LabError {
  const failing = verdict.results.filter(({ holds }) => !holds);
  return new LabError(
    "claims-do-not-hold",
    `${failing.length} of ${verdict.results.length} claims do not hold`,
    {
      details: [...stopped, ...failing.map(({ title, machine, seen }) => `• ${title} (${machine}): ${seen}`)],
      remedy: [
        ...(stopped.length > 0 ? ["npx mesos-lab create"] : []),
        ...new Set(failing.map(({ service }) => `npx mesos-lab logs ${service}`)),
        "npx mesos-lab verify",
      ],
    },
  );
}
