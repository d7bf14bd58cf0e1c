import { setTimeout as delay } from "node:timers/promises";
import { verifyLab } from "../claims/verdict.ts";
import { findApp } from "../demo/services.ts";
import { exitCodes, LabError } from "../errors.ts";
import { longestPeriodMs, rateOfLanes } from "./analysis/settled.ts";
import { assertBreakable, breakIt, putBack } from "./break.ts";
import type { Drill } from "./catalogue.ts";
import { type DrillClock, startClock } from "./clock.ts";
import { reportOf } from "./conclude.ts";
import { baselineMs, type Lanes, startLanes } from "./lanes.ts";
import type { DrillReport } from "./model/report.ts";
import type { DrillOptions } from "./options.ts";
import { precheck } from "./ready.ts";
import { watchLab } from "./watch.ts";

const lookMs = 250;
/** How long the rest of the lab may take to be as it was, after the page is back. */
const wholeAgainMs = 180_000;

/** Breaks one thing, samples the page until it has settled or the deadline is over, and tells what happened. */
export async function runDrill(drill: Drill, options: DrillOptions): Promise<DrillReport> {
  const { lab, at, http, say, signal, settleMs } = options;
  assertBreakable(lab, drill);
  const clock = startClock();
  const { ways, before } = await precheck(options, clock);
  const ratePerSecond = rateOfLanes(ways.length, options.machines.breaks.local, options.ratePerSecond);
  const { isPage } = options;
  const lanes = await startLanes(ways, { clock, ratePerSecond, settleMs, isPage });
  const watch = watchLab({
    lab,
    http,
    at,
    appId: options.appId,
    local: options.machines.breaks.local,
    clock,
    ways,
  });
  const notes: string[] = [];
  let breakAt = 0;
  let target = "";
  try {
    say("sampling the page before the break");
    await delay(baselineMs + Math.random() * longestPeriodMs(ways), undefined, { signal });
    breakAt = clock.now();
    say(`breaking: ${drill.help}`);
    const broken = breakIt(drill, options).then((what) => {
      target = what;
      return what;
    });
    await untilSettled(options, { clock, lanes, breakAt, broken });
    target = await broken;
  } catch (error) {
    // The drill ends here, but what it broke must not stay broken.
    notes.push(...(await putBack(drill, options)));
    if (signal.aborted) throw interrupted(notes);
    throw error;
  } finally {
    await Promise.all([lanes.stop(), watch.stop()]);
  }
  const verdict = await verifyLab(lab, { timeoutMs: wholeAgainMs, signal });
  const found = { clock, ways, lanes, ratePerSecond, watch, verdict, before, breakAt, target, notes };
  return reportOf(drill, options, found);
}

interface Drilling {
  readonly clock: DrillClock;
  readonly lanes: Lanes;
  readonly breakAt: number;
  readonly broken: Promise<unknown>;
}

/** Waits until every lane has settled and the app runs in full, or the deadline is over; a failed break ends it at once. */
async function untilSettled(
  options: DrillOptions,
  { clock, lanes, breakAt, broken }: Drilling,
): Promise<void> {
  let brokenAt: number | undefined;
  let failure: unknown;
  broken.then(
    () => {
      brokenAt = clock.now();
    },
    (error: unknown) => {
      failure = error;
    },
  );
  while (clock.now() - breakAt < options.deadlineMs) {
    await delay(lookMs, undefined, { signal: options.signal });
    if (failure !== undefined) throw failure;
    const now = clock.now();
    const seen = lanes.look(breakAt, brokenAt === undefined ? 0 : now - brokenAt);
    const states = seen.map(({ way, outage }) => {
      const page = seen.length > 1 ? way : "page";
      return `${page} ${outage.state}, ${outage.failed} misses`;
    });
    options.say(`${Math.round((now - breakAt) / 1000)} s since the break: ${states.join("; ")}`);
    if (brokenAt !== undefined && seen.every(({ settled }) => settled) && (await runsInFull(options))) return;
  }
}

async function runsInFull({ http, at, appId, signal }: DrillOptions): Promise<boolean> {
  const app = await findApp(http, at.marathon, appId, signal).catch(() => undefined);
  signal.throwIfAborted();
  return app !== undefined && app.tasksRunning >= app.instances && app.deployments.length === 0;
}

function interrupted(notes: readonly string[]): LabError {
  return new LabError("interrupted while the lab was broken", {
    exitCode: exitCodes.interrupted,
    details: notes.length > 0 ? notes : ["what was broken comes back by itself"],
    remedy: ["npx mesos-lab verify --timeout 180"],
  });
}
