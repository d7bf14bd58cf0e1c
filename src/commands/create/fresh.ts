import * as z from "zod";
import { claimsFailed } from "../../claims/failure.ts";
import { verifyLab } from "../../claims/verdict.ts";
import { exitCodes, LabError } from "../../errors.ts";
import { slowness } from "../../lab/runs.ts";
import { removePaths, writeFiles } from "../../tools/files.ts";
import { freshName, type LabFolder } from "../../tools/lab-folder.ts";
import { noted } from "../../tools/noted.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import { wantedOf } from "./left.ts";
import { machinesFor, type Step } from "./making.ts";

/** Services just made, with nothing stored, are kept in snapshots: `reset` goes back to them. */

const schema = z.strictObject({
  /** Of what the lab was made of that was kept: see `digestOfWanted`. */
  wanted: z.string().regex(/^[0-9a-f]{64}$/),
});

/** For what held before the snapshots were made. */
const stillMs = 60_000;

/** Keeps a verified lab as it is. That there are no snapshots is no reason to fail: `reset` has another way. */
export const keepFresh: Step = (making) => {
  const { snapshots } = machinesFor(making);
  if (!making.fresh || snapshots === undefined) return [];
  return [
    line(lineOf(making, "snapshot", "Keep the machines as they are, for reset"), async (say) => {
      const { signal, lab } = making;
      forget(making.folder);
      const problem = await snapshots.keep({ signal, say }).then(() => undefined, wordsOf);
      if (problem !== undefined) return `no snapshots: ${problem}`;
      making.kept = true;
      // Machines stand still while that is done.
      say("looking whether all claims still hold");
      making.verdict = await verifyLab(lab, { timeoutMs: stillMs * slowness(lab), signal });
      if (!making.verdict.holds) throw claimsFailed(making.verdict, []);
      return "snapshots kept, and all claims still hold";
    }),
  ];
};

/** Notes of what lab there are snapshots, once it has been verified. */
export const noteFresh: Step = (making) => {
  const wanted = making.kept ? wantedOf(making) : undefined;
  if (wanted !== undefined)
    writeFiles(making.folder.path, [{ path: freshName, contents: `${JSON.stringify({ wanted })}\n` }]);
  return [];
};

/**
 * Goes back to the snapshots of this lab, where there are some. The note of them is written again once all claims hold: a
 * lab that does not come out well of its snapshots is made anew the next time.
 */
export const goBack: Step = (making) => {
  const { snapshots } = machinesFor(making);
  const kept = noted(making.folder.file(freshName), schema);
  if (snapshots === undefined || kept === undefined || kept.wanted !== wantedOf(making)) return [];
  return [
    line(lineOf(making, "restore", "Take the machines back to their snapshots"), async (say) => {
      forget(making.folder);
      const problem = await snapshots.goBack({ signal: making.signal, say }).then(() => undefined, wordsOf);
      making.kept = problem === undefined;
      if (problem === undefined) return undefined;
      // Some may have gone back, and others may be off now.
      making.running = await machinesFor(making).running();
      return `no: ${problem}. All services are made anew`;
    }),
  ];
};

function forget(folder: LabFolder): void {
  removePaths(folder.path, [freshName]);
}

/** Why it was not done. @throws what is no failure of a program's. */
function wordsOf(error: unknown): string {
  if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
  return [error.message, ...error.details.slice(0, 1)].join(": ");
}
