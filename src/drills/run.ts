import { arch, cpus, type as osType } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Verdict, verifyLab } from "../claims/verify.ts";
import { addressOfApp, hostPortsOf } from "../demo/app.ts";
import { type Addresses, findApp } from "../demo/services.ts";
import { visit } from "../demo/visit.ts";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import type { Machines } from "../machines/machines.ts";
import { labAddress } from "../probes/context.ts";
import type { Http } from "../probes/http.ts";
import { assertBreakable, breakIt, putBack } from "./break.ts";
import type { Drill } from "./catalogue.ts";
import { type DrillClock, startClock } from "./clock.ts";
import { type Lanes, startLanes } from "./lanes.ts";
import { type DrillReport, marks as words } from "./model.ts";
import { lostLanes, rateOfLanes } from "./settled.ts";
import { pageMarks } from "./timeline.ts";
import { lookEveryMs, type Watch, watchLab } from "./watch.ts";
import { type WayIn, waysIn } from "./ways-in.ts";

export interface DrillOptions {
  readonly lab: Lab;
  readonly machines: Machines;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly isPage: (body: string, status: number) => boolean;
  /** Every way in at once, instead of the lab's first. */
  readonly compare: boolean;
  /** A run without a miss that lasts so long is a recovery. */
  readonly settleMs: number;
  /** Counted from the break. */
  readonly deadlineMs: number;
  /** Requests a second and lane; left out, what the lab can bear. */
  readonly ratePerSecond?: number | undefined;
  /** Sentences that the report shall tell besides its own. */
  readonly notes: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Good answers before the break: what "before" means in the report. */
const baselineMs = 2000;
const lookMs = 250;
/** A page that takes longer does not count as served. */
const requestTimeoutMs = 1000;
/** How long the rest of the lab may take to be as it was, after the page is back. */
const wholeAgainMs = 180_000;

/** Breaks one thing, samples the page until it has settled or the deadline is over, and tells what happened. */
export async function runDrill(drill: Drill, options: DrillOptions): Promise<DrillReport> {
  const { lab, at, http, say, signal, settleMs } = options;
  assertBreakable(lab, drill);
  const clock = startClock();
  const { ways, before } = await precheck(options, clock);
  const ratePerSecond = rateOfLanes(ways.length, lab.embedded !== undefined, options.ratePerSecond);
  const { isPage } = options;
  const lanes = await startLanes(ways, { clock, ratePerSecond, requestTimeoutMs, settleMs, isPage });
  const watch = watchLab({ lab, http, at, appId: options.appId, clock, ways });
  const notes: string[] = [];
  let breakAt = 0;
  let target = "";
  try {
    say("sampling the page before the break");
    await delay(baselineMs + momentOf(ways), undefined, { signal });
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
  return report(drill, options, found);
}

/**
 * How much later the break comes: any moment between two looks of a method is as likely as any other. Without it,
 * repeated drills, which end with a recovery, would all begin at the same moment after a look.
 */
function momentOf(ways: readonly WayIn[]): number {
  const periods = ways.flatMap(({ learns }) => [learns.every?.ms ?? 0, learns.keptMs ?? 0]);
  return Math.random() * Math.max(0, ...periods);
}

interface Before {
  readonly ways: readonly WayIn[];
  readonly before: readonly string[];
}

/** @throws LabError `verify` unless every way that is to be sampled serves the page, so that what is measured is the break. */
async function precheck(options: DrillOptions, { now }: DrillClock): Promise<Before> {
  const { http, at, lab, appId, isPage, signal } = options;
  const app = await findApp(http, at.marathon, appId, signal);
  const all =
    app === undefined
      ? []
      : waysIn(lab, addressOfApp(appId, app), { addressOf: labAddress, signal, now }).filter(
          ({ twin }) => !twin,
        );
  const ways = options.compare ? all : all.slice(0, 1);
  if (app === undefined || ways.length === 0)
    throw notServed(app === undefined ? "Marathon does not run it" : "no way of discovery leads to it");
  const faults = await Promise.all(
    ways.map(async (way) => {
      const answer = await visit({ http, signal }, way).catch((error: Error) => error.message);
      signal.throwIfAborted();
      if (typeof answer === "string") return [`${way.url} (${way.method}): ${answer}`];
      return isPage(answer.text, answer.status)
        ? []
        : [`${way.url} (${way.method}) answers ${answer.status}`];
    }),
  );
  if (faults.flat().length > 0) throw notServed(...faults.flat());
  return { ways, before: hostPortsOf(app) };
}

function notServed(...details: readonly string[]): LabError {
  return new LabError("the demo is not served", {
    exitCode: exitCodes.verify,
    details,
    remedy: ["npx mesos-lab demo"],
  });
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
    const states = seen.map(({ method, outage }) => {
      const page = seen.length > 1 ? method : "page";
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

interface Findings extends Before {
  readonly clock: DrillClock;
  readonly lanes: Lanes;
  readonly ratePerSecond: number;
  readonly watch: Watch;
  readonly verdict: Verdict;
  readonly breakAt: number;
  readonly target: string;
  readonly notes: readonly string[];
}

async function report(drill: Drill, options: DrillOptions, found: Findings): Promise<DrillReport> {
  const { watch, verdict, breakAt, ways } = found;
  const { lab, http, at, appId, signal } = options;
  const lanes = found.lanes.lanes(breakAt);
  const failing = verdict.results.filter(({ holds }) => !holds);
  const app = await findApp(http, at.marathon, appId, signal).catch(() => undefined);
  return {
    format: 1,
    drill: drill.name,
    lab: lab.name,
    stack: lab.stack,
    startedAt: found.clock.startedAt,
    breakAt,
    target: found.target,
    parameters: {
      "requests per second": rateWords(found.ratePerSecond, lanes.length),
      "time limit per request": `${requestTimeoutMs / 1000} s`,
      "settle time": `${options.settleMs / 1000} s`,
      deadline: `${options.deadlineMs / 1000} s`,
    },
    environment: `${options.machines.words} · ${lab.stack} stack · host ${osType()} ${arch()}, ${cpus().length} CPUs`,
    lanes,
    marks: [
      { at: breakAt, source: "drill", what: drill.mark, detail: found.target },
      ...watch.marks,
      ...lanes.flatMap(({ outage, method }) => pageMarks(outage, method)),
    ],
    before: found.before,
    after: app === undefined ? [] : hostPortsOf(app),
    recovered: lostLanes(lanes).length === 0 && verdict.holds,
    lastSeen: {
      ...watch.lastSeen,
      ...Object.fromEntries(failing.map(({ title, machine, seen }) => [`${title} (${machine})`, seen])),
    },
    notes: [
      ...found.notes,
      ...options.notes,
      `Mesos, Marathon's task list and what each method routes to were polled every ${lookEveryMs(lab, ways) / 1000} to 0.5 s: “${words.reloaded}”, “${words.records}” and “${words.offer}” may be late by that much.`,
    ],
  };
}

function rateWords(each: number, lanes: number): string | number {
  return lanes === 1 ? each : `${each} for each way in, ${each * lanes} in all`;
}
