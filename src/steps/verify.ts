import { claimsFailed } from "../claims/failure.ts";
import { type Verdict, verifyLab } from "../claims/verify.ts";
import { line, type Task } from "../ui/tasks.ts";
import { lineOf, type Run } from "./run.ts";

/** Long enough for a lab that is still starting: Marathon on a small machine takes about a minute. */
const startingMs = 180_000;

/** Checks every claim over the network; what was found is handed to `onVerdict`. */
export function verify(run: Run, onVerdict: (verdict: Verdict) => void, timeoutMs = startingMs): Task {
  return line(lineOf(run, "verify", "Verify every claim over the network"), async (say) => {
    let settled = 0;
    const verdict = await verifyLab(run.lab, {
      timeoutMs,
      signal: run.signal,
      onResult: (result) => {
        settled += 1;
        const { id, holds, expected, seen, look } = result;
        run.emit({ event: "claim", id, holds, expected, seen, look });
        say(`${settled} claims settled, ${result.holds ? "holds" : "does not hold"}: ${result.title}`);
      },
    });
    onVerdict(verdict);
    if (!verdict.holds) throw claimsFailed(verdict);
    return `all ${verdict.results.length} claims hold`;
  });
}
