import { applyBundle } from "../../bundle/apply.ts";
import { problemsOf } from "../../lab/finding.ts";
import { applyLock } from "../../lock/apply.ts";
import { refuse } from "../../preflight/problem.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import { madeDifferences, madeGrowth } from "../differences.ts";
import { leavingOf } from "../leaving.ts";
import { withOwnBundle } from "./bundle.ts";
import { holdToLock, lockOf } from "./lock.ts";
import { type Making, machinesFor, type Step } from "./making.ts";

/** Decides what only this host can tell, and makes sure that the lab can be made here, as its lock says. */
export const checkHost: Step = (making) => [
  line(lineOf(making, "preflight", machinesFor(making).examining.title), async () => {
    const { asked, signal, folder } = making;
    const settled = await machinesFor(making).settle(signal);
    making.settled = settled.lab;
    making.lab = settled.lab;
    for (const text of [...madeDifferences(making.lab, folder), ...madeGrowth(making.lab, folder)])
      making.note(text);
    making.leaving = leavingOf(making.lab, folder);
    making.running = await machinesFor(making).running();
    const others = await lockedParts(making);
    const wanted = {
      depth: "blocking",
      wish: asked.ansible,
      running: making.running,
      bundled: asked.bundle !== undefined,
    } as const;
    const { findings, ansible, notes } = await machinesFor(making).examine(wanted, signal);
    refuse(problemsOf(findings), machinesFor(making).examining.refused);
    making.ansible = ansible;
    const lock = lockOf(making);
    const held = lock === undefined ? making.lab : applyLock(making.lab, lock);
    making.lab = asked.bundle ? applyBundle(held, asked.bundle.manifest) : withOwnBundle(held, folder);
    const ofHost = making.running ? [] : settled.notes;
    return [...ofHost, ...notes, ...others].join("; ") || undefined;
  }),
];

/** The tools that differ from the lock's; what runs already was held to it when it was made. */
async function lockedParts(making: Making): Promise<readonly string[]> {
  const lock = lockOf(making);
  if (lock === undefined || making.running) return [];
  const { lockFile } = making.asked;
  const others = await holdToLock(lock, making.lab, lockFile, making.signal);
  return others.map((other) => `not as in ${lockFile}: ${other}`);
}
