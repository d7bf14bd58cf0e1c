import { claimsFor } from "../../claims/claims-for.ts";
import { claimsFailed } from "../../claims/failure.ts";
import { type Verdict, verifyLab } from "../../claims/verdict.ts";
import type { Entry } from "../../lab/catalogue/container.ts";
import { catalogue } from "../../lab/catalogue/index.ts";
import type { Lab } from "../../lab/model.ts";
import { slowness } from "../../lab/runs.ts";
import { type LastLines, lastWords, withDetails } from "../../machines/last-words.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { machinesFor, type Step } from "./making.ts";

/**
 * Long enough for a lab that starts after all of it was off: its applications run anew only when the new Mesos master has
 * given up the slave of before, after ten minutes; in a rehearsal, after 75 seconds.
 */
const startingMs = { classic: 900_000, rehearsal: 300_000 } as const;

export const verifyClaims: Step = (making) => [
  claimsTask(making.lab, making, machinesFor(making).access.lastLines, (verdict) => {
    making.verdict = verdict;
  }),
];

/** Checks every claim over the network; what was found is handed to `onVerdict`. */
export function claimsTask(
  lab: Lab,
  progress: Progress,
  lastLines: LastLines,
  onVerdict: (verdict: Verdict) => void,
  timeoutMs: number = startingMs[lab.stack] * slowness(lab),
): Task {
  return line(lineOf(progress, "verify", "Verify every claim over the network"), async (say) => {
    const count = claimsFor(lab).length;
    let settled = 0;
    const verdict = await verifyLab(lab, {
      timeoutMs,
      signal: progress.signal,
      onResult: (result) => {
        settled += 1;
        const { id, holds, expected, seen, look } = result;
        progress.emit({ event: "claim", id, holds, expected, seen, look });
        say(`${settled} of ${count}: ${holds ? "✔" : "✖"} ${result.title}`);
      },
    });
    onVerdict(verdict);
    if (!verdict.holds) {
      const words = await lastWords(lastLines, suspects(lab, verdict), progress.signal);
      throw withDetails(claimsFailed(verdict), words);
    }
    return `all ${verdict.results.length} claims hold`;
  });
}

/** The containers of the failing service that starts first: what starts later fails in its wake. */
function suspects(lab: Lab, { results }: Verdict): readonly Entry[] {
  const failing = results.filter(({ holds }) => !holds);
  const entries = catalogue(lab).filter(({ service, machine }) =>
    failing.some((claim) => claim.service === service && claim.machine.split(", ").includes(machine.name)),
  );
  return entries.filter(({ service }) => service === entries[0]?.service);
}
