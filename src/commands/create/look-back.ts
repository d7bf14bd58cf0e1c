import { type Verdict, verifyLab } from "../../claims/verdict.ts";
import type { Lab } from "../../lab/model.ts";
import { slowness } from "../../lab/runs.ts";
import { machinesOf } from "../../machines/index.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import {
  changedMachines,
  digestOfWanted,
  forgetLeft,
  labToMake,
  readLeft,
  wantedOf,
  writeLeft,
} from "./left.ts";
import { machinesFor, type Step } from "./making.ts";

/** Nothing starts here: what takes longer on a busy host is looked at by Ansible, and then waited for. */
const patienceMs = 20_000;

/**
 * Looks whether all is as the last `create` left it: then nothing of what follows is needed. Any doubt means that
 * everything is looked at as the first time.
 */
export const lookBack: Step = (making) => {
  const { folder, asked, signal } = making;
  const { lockFile } = asked;
  if (!canLookBack(making.lab, folder, asked)) {
    forgetLeft(folder);
    return [];
  }
  return [
    line(lineOf(making, "look", "Look whether all is as the last create left it"), async () => {
      const settled = await machinesFor(making).settle(signal);
      const lab = labToMake(settled.lab, folder, lockFile);
      const found = await lookWithClaims({ lab, folder, lockFile, signal });
      if (typeof found === "string") {
        forgetLeft(folder);
        return `no, ${found}`;
      }
      making.lab = lab;
      making.running = true;
      making.asLeft = true;
      making.verdict = found;
      for (const { id, holds, expected, seen, look } of found.results)
        making.emit({ event: "claim", id, holds, expected, seen, look });
      return `yes, and all ${found.results.length} claims hold: Ansible is not needed`;
    }),
  ];
};

/** Steps that are left out where all is as it was left. */
export function unlessAsLeft(...steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => (making) => (making.asLeft ? [] : step(making)));
}

/** Looks at what the machines have, right after it was made so. */
export const lookAtMachines: Step = (making) => {
  const { parts } = machinesFor(making);
  if (parts === undefined) return [];
  return [
    line(lineOf(making, "left", "Look at what the machines have now"), async () => {
      [making.left, making.images] = await Promise.all([
        parts.look(making.signal),
        parts.images(making.signal),
      ]);
      return undefined;
    }),
  ];
};

/** Notes what a run has left that came to its end, as far as every machine could be looked at. */
export const noteLeft: Step = (making) => {
  const { left, folder, lab } = making;
  if (left === undefined || lab.machines.some(({ name }) => left[name] === undefined)) return [];
  const wanted = wantedOf(making);
  if (wanted !== undefined) writeLeft(folder, { wanted, machines: left });
  return [];
};

/** What can ask for a whole run. */
interface WholeRun {
  readonly bundle?: unknown;
  readonly ansible?: unknown;
  readonly updateLock?: boolean | undefined;
  readonly reapply?: boolean | undefined;
}

interface Of {
  /** As `labToMake` has it. */
  readonly lab: Lab;
  readonly folder: LabFolder;
  readonly lockFile: string;
  readonly signal: AbortSignal;
}

/** Whether it is known what the last `create` left and can be looked at, and nothing is asked for that needs a whole run. */
export function canLookBack(
  lab: Lab,
  folder: LabFolder,
  { bundle, ansible, updateLock, reapply }: WholeRun,
): boolean {
  return (
    bundle === undefined &&
    ansible === undefined &&
    !updateLock &&
    !reapply &&
    machinesOf(lab, folder).parts !== undefined &&
    folder.leaving() === undefined &&
    readLeft(folder) !== undefined
  );
}

/** What has changed since the last `create`, in a few words; undefined where nothing has. */
export async function changeSince({ lab, folder, lockFile, signal }: Of): Promise<string | undefined> {
  const left = readLeft(folder);
  if (left === undefined || left.wanted !== digestOfWanted(lab, folder, lockFile))
    return "the lab is described otherwise, or its files are others";
  const machines = (await machinesOf(lab, folder).parts?.look(signal)) ?? {};
  const names = lab.machines.map(({ name }) => name);
  const changed = changedMachines(names, left.machines, machines);
  return changed.length === 0 ? undefined : `something differs on ${changed.join(", ")}`;
}

/** The same, and whether all claims hold: their verdict where nothing has changed. */
async function lookWithClaims(of: Of): Promise<string | Verdict> {
  const { lab, signal } = of;
  const over = new AbortController();
  const timeoutMs = patienceMs * slowness(lab);
  const asked = { timeoutMs, startingMs: timeoutMs, signal, giveUp: over.signal };
  const [change, verdict] = await Promise.all([
    changeSince(of).then((found) => {
      if (found !== undefined) over.abort();
      return found;
    }),
    verifyLab(lab, asked),
  ]);
  if (change !== undefined) return change;
  const failed = verdict.results.find(({ holds }) => !holds);
  return failed === undefined ? verdict : `it does not hold that ${failed.title}: ${failed.seen}`;
}
