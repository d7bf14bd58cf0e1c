import { claimsFor } from "../../claims/claims-for.ts";
import { claimsFailed } from "../../claims/failure.ts";
import { type Verdict, verifyLab } from "../../claims/verdict.ts";
import type { Entry } from "../../lab/catalogue/container.ts";
import { catalogue } from "../../lab/catalogue/index.ts";
import type { Lab } from "../../lab/model.ts";
import { slowness } from "../../lab/runs.ts";
import { lastWords, withDetails } from "../../machines/last-words.ts";
import type { Access } from "../../machines/machines.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { machinesFor, type Step } from "./making.ts";
import { watchStopped } from "./watch-stopped.ts";

/**
 * Long enough for a lab that starts after all of it was off: its applications run anew only when the new Mesos master has
 * given up the slave of before, after ten minutes; in a rehearsal, after 75 seconds.
 */
const startingMs = { classic: 900_000, rehearsal: 300_000 } as const;

export const verifyClaims: Step = (making) => [
  claimsTask(making.lab, making, machinesFor(making).access, (verdict) => {
    making.verdict = verdict;
  }),
];

/**
 * Checks every claim over the network; what was found is handed to `onVerdict`. Services that are starting are waited
 * for; where one does not run and nothing starts it again, the wait is over.
 */
export function claimsTask(
  lab: Lab,
  progress: Progress,
  access: Pick<Access, "lastLines" | "stopped">,
  onVerdict: (verdict: Verdict) => void,
  bounds: { readonly timeoutMs?: number; readonly lookMs?: number } = {},
): Task {
  return line(lineOf(progress, "verify", "Verify every claim over the network"), async (say) => {
    const count = claimsFor(lab).length;
    let settled = 0;
    const { timeoutMs = startingMs[lab.stack] * slowness(lab), lookMs } = bounds;
    const watch = watchStopped(access, progress.signal, lookMs);
    const verdict = await verifyLab(lab, {
      timeoutMs,
      signal: progress.signal,
      giveUp: watch.giveUp,
      onResult: (result) => {
        settled += 1;
        const { id, holds, expected, seen, look } = result;
        progress.emit({ event: "claim", id, holds, expected, seen, look });
        say(`${settled} of ${count}: ${holds ? "✔" : "✖"} ${result.title}`);
      },
    }).finally(watch.end);
    onVerdict(verdict);
    if (!verdict.holds) {
      const words = await lastWords(access.lastLines, suspects(lab, verdict), progress.signal);
      throw withDetails(claimsFailed(verdict, watch.stopped()), words);
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
