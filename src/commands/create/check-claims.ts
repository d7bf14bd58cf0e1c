import { claimsFor } from "../../claims/claims-for.ts";
import { claimsFailed } from "../../claims/failure.ts";
import { type Verdict, verifyLab } from "../../claims/verdict.ts";
import type { Entry } from "../../lab/catalogue/container.ts";
import { catalogue } from "../../lab/catalogue/index.ts";
import { type LastLines, lastWords, withDetails } from "../../machines/last-words.ts";
import { lineOf, type Run } from "../../machines/run.ts";
import { line, type Task } from "../../ui/tasks.ts";

/**
 * Long enough for a lab that starts after all of it was off: its applications run anew only when the new Mesos master has
 * given up the slave of before, after ten minutes; in a rehearsal, after 75 seconds.
 */
const startingMs = { classic: 900_000, rehearsal: 300_000 } as const;

/** Checks every claim over the network; what was found is handed to `onVerdict`. */
export function verify(
  run: Run,
  lastLines: LastLines,
  onVerdict: (verdict: Verdict) => void,
  timeoutMs: number = startingMs[run.lab.stack],
): Task {
  return line(lineOf(run, "verify", "Verify every claim over the network"), async (say) => {
    const count = claimsFor(run.lab).length;
    let settled = 0;
    const verdict = await verifyLab(run.lab, {
      timeoutMs,
      signal: run.signal,
      onResult: (result) => {
        settled += 1;
        const { id, holds, expected, seen, look } = result;
        run.emit({ event: "claim", id, holds, expected, seen, look });
        say(`${settled} of ${count}: ${holds ? "✔" : "✖"} ${result.title}`);
      },
    });
    onVerdict(verdict);
    if (!verdict.holds) {
      const words = await lastWords(lastLines, suspects(run, verdict), run.signal);
      throw withDetails(claimsFailed(verdict), words);
    }
    return `all ${verdict.results.length} claims hold`;
  });
}

/** The containers of the failing service that starts first: what starts later fails in its wake. */
function suspects({ lab }: Run, { results }: Verdict): readonly Entry[] {
  const failing = results.filter(({ holds }) => !holds);
  const entries = catalogue(lab).filter(({ service, machine }) =>
    failing.some((claim) => claim.service === service && claim.machine.split(", ").includes(machine.name)),
  );
  return entries.filter(({ service }) => service === entries[0]?.service);
}
