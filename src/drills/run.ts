import { type Verdict, verifyLab } from "../claims/verdict.ts";
import { LabError } from "../errors.ts";
import { lostLanes } from "./analysis/settled.ts";
import { afterwards } from "./ask-alone.ts";
import { breakIt, putBack } from "./break.ts";
import { type Drill, holdMs } from "./catalogue.ts";
import { breakable, type Chosen, choiceInWords, chooseEntry } from "./chosen.ts";
import { startClock } from "./clock.ts";
import { type Claims, type Observations, reportOf } from "./conclude.ts";
import { type Started, startWrites } from "./control-plane.ts";
import { type Drilling, untilSettled } from "./follow.ts";
import type { DrillReport } from "./model/report.ts";
import type { DrillOptions } from "./options.ts";
import { type Before, precheck } from "./ready.ts";
import { type SteadyLanes, steadyLanes } from "./steady.ts";
import { watchLab } from "./watch.ts";

/** For claims that hold, more than enough. */
const lookMs = 5_000;
/** How long the rest of the lab may take to be as it was, after the page is back. */
const wholeAgainMs = 180_000;

/** Breaks one thing, samples the page until it has settled or the deadline is over, and tells what happened. */
export async function runDrill(drill: Drill, options: DrillOptions): Promise<DrillReport> {
  const { lab, at, http, say, signal } = options;
  breakable(lab, drill, options.on);
  const clock = startClock();
  const { ways, before } = await precheck(options, clock);
  const whole = await verifyLab(lab, { timeoutMs: lookMs, startingMs: 0, signal });
  const { local } = options.machines.breaks;
  const watch = watchLab({ lab, http, at, appId: options.appId, local, clock, ways });
  let steady: SteadyLanes | undefined;
  let started: Started = {};
  try {
    started = await startWrites(drill, options, clock);
    const { writes } = started;
    steady = await steadyLanes(ways, options, clock);
    const { lanes, load } = steady;
    const chosen = await chooseEntry(drill, options);
    const breakAt = clock.now();
    lanes.broken(breakAt);
    writes?.broken(breakAt);
    say(`breaking: ${drill.help}`);
    const pace = (ratePerSecond: number) => {
      lanes.pace(ratePerSecond);
      watch.pace(ratePerSecond);
    };
    watch.pace(load.ratePerSecond);
    const drilling = {
      clock,
      ways,
      lanes,
      writes,
      ratePerSecond: load.ratePerSecond,
      pace,
      breakAt,
      gone: watch.gone,
      marks: watch.marks,
    };
    const followed = await breakAndFollow(drill, chosen, options, drilling);
    await watch.stop();
    say("looking whether all of the lab is as it was");
    const verdict = await verifyLab(lab, { timeoutMs: wholeAgainMs, signal });
    const claims = comparedWith(whole, verdict);
    const choice = chosen && choiceInWords(chosen);
    const notes = [...options.notes, choice, started.note].filter((note) => note !== undefined);
    return await reportOf(
      drill,
      { ...options, notes },
      {
        clock,
        ways,
        load,
        watch,
        claims,
        before,
        breakAt,
        ...followed,
      },
    );
  } catch (error) {
    if (signal.aborted && !(error instanceof LabError)) throw interrupted(steady === undefined, []);
    throw error;
  } finally {
    await Promise.all([steady?.lanes.stop(), started.writes?.stop(), watch.stop()]);
  }
}

/** What the drill has to answer for, and what was so before it. */
function comparedWith(before: Verdict, after: Verdict): Claims {
  const held = new Set(before.results.filter(({ holds }) => holds).map(({ id }) => id));
  const failing = after.results.filter(({ holds }) => !holds);
  return {
    broken: failing.filter(({ id }) => held.has(id)),
    brokenBefore: failing.filter(({ id }) => !held.has(id)),
  };
}

/** From the break until nothing more is to be expected; then nobody asks any more. What was left broken is put back. */
async function breakAndFollow(
  drill: Drill,
  chosen: Chosen | undefined,
  options: DrillOptions,
  drilling: Omit<Drilling, "broken" | "holds"> & Pick<Before, "ways">,
): Promise<Pick<Observations, "target" | "undoneAt" | "lanes" | "controlPlane">> {
  const { lanes, writes, ways, clock } = drilling;
  // What is held is put back at once where the drill fails.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const broken = breakIt(drill, chosen?.entry, { ...options, signal }, clock);
  try {
    const { ownLoad } = await untilSettled(options, { ...drilling, broken, holds: holdMs(drill) > 0 });
    const { target, undoneAt } = await broken;
    await Promise.all([lanes.stop(), writes?.stop()]);
    const lost = lostLanes(lanes.lanes(ownLoad));
    const alone = await afterwards(
      ways.filter(({ name }) => lost.includes(name)),
      options,
      drilling,
    );
    return {
      ...{ target, lanes: lanes.lanes(new Map([...alone, ...ownLoad])) },
      ...(undoneAt !== undefined && { undoneAt }),
      ...(writes !== undefined && { controlPlane: writes.report() }),
    };
  } catch (error) {
    failed.abort();
    const notes = await putBack(drill, chosen?.entry, options, { broken, error });
    if (options.signal.aborted) throw interrupted(false, notes);
    throw withNotes(error, notes);
  }
}

function interrupted(whole: boolean, notes: readonly string[]): LabError {
  if (whole) return new LabError("interrupted", "interrupted before anything was broken");
  return new LabError("interrupted", "interrupted while the lab was broken", {
    details: notes.length > 0 ? notes : ["what was broken comes back by itself"],
    remedy: ["npx mesos-lab verify --timeout 180"],
  });
}

function withNotes(error: unknown, notes: readonly string[]): unknown {
  if (!(error instanceof LabError)) return error;
  const { id, message, remedy, details, cause } = error;
  return new LabError(id, message, { remedy, details: [...details, ...notes], cause });
}
