import { arch, cpus, type as osType } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Verdict, verifyLab } from "../claims/verify.ts";
import { absoluteId } from "../demo/app.ts";
import { type Addresses, encodePath, findApp, refused } from "../demo/services.ts";
import { exitCodes, LabError } from "../errors.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import { entriesOf } from "../lab/catalogue/index.ts";
import type { Lab } from "../lab/model.ts";
import type { Machines } from "../machines/machines.ts";
import type { Http } from "../probes/http.ts";
import type { Drill } from "./catalogue.ts";
import { type DrillReport, type Lane, marks as words } from "./model.ts";
import { analyse, runsOf } from "./outage.ts";
import { type Sampler, startSampler } from "./sample.ts";
import { pageMarks } from "./timeline.ts";
import { type Watch, watchLab } from "./watch.ts";

export interface DrillOptions {
  readonly lab: Lab;
  readonly machines: Machines;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly isPage: (body: string, status: number) => boolean;
  /** A run without a miss that lasts so long is a recovery. */
  readonly settleMs: number;
  /** Counted from the break. */
  readonly deadlineMs: number;
  readonly ratePerSecond: number;
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
  const { at, http, say } = options;
  const before = await hostPorts(options);
  await precheck(options);
  const sampler = startSampler({
    url: at.page,
    ratePerSecond: options.ratePerSecond,
    requestTimeoutMs,
    isGood: options.isPage,
  });
  const { clock } = sampler;
  const watch = watchLab({ lab: options.lab, http, at, appId: options.appId, clock });
  const notes: string[] = [];
  let breakAt = 0;
  let target = "";
  try {
    say("sampling the page before the break");
    await delay(baselineMs, undefined, { signal: options.signal });
    breakAt = clock.now();
    say(`breaking: ${drill.help}`);
    const broken = breakIt(drill, options).then((what) => {
      target = what;
      return what;
    });
    await untilSettled(options, sampler, breakAt, broken);
    target = await broken;
  } catch (error) {
    // The drill ends here, but what it broke must not stay broken.
    notes.push(...(await putBack(drill, options)));
    if (options.signal.aborted) throw interrupted(notes);
    throw error;
  } finally {
    await Promise.all([sampler.stop(), watch.stop()]);
  }
  const verdict = await verifyLab(options.lab, { timeoutMs: wholeAgainMs, signal: options.signal });
  return report(drill, options, { sampler, watch, verdict, before, breakAt, target, notes });
}

/** @throws LabError `verify` unless the page is served, so that what is measured is the break. */
async function precheck({ http, at, isPage, signal }: DrillOptions): Promise<void> {
  const { status, text } = await http.get(at.page, { signal });
  if (isPage(text, status)) return;
  throw new LabError(`the demo is not served at ${at.page}: it answers ${status}`, {
    exitCode: exitCodes.verify,
    remedy: ["npx mesos-lab demo"],
  });
}

async function breakIt(drill: Drill, options: DrillOptions): Promise<string> {
  const { machines, signal, lab } = options;
  const { breaks } = drill;
  if (breaks.kind === "restart") {
    const entry = entryOf(lab, drill);
    await machines.breaks.restart(entry, signal);
    return `${entry.tutorial.name} on ${entry.machine.name}`;
  }
  if (breaks.kind === "reboot") {
    const { machine } = entryOf(lab, drill);
    await machines.breaks.reboot(machine, signal);
    return machine.name;
  }
  const task = await oneTask(options);
  if (breaks.kind === "kill-task") {
    const url = `${options.at.marathon}/v2/apps/${encodePath(options.appId)}/tasks/${encodeURIComponent(task.id)}`;
    const answer = await options.http.send("DELETE", url, undefined, { signal });
    if (answer.status !== 200) throw refused("Marathon", answer);
    return task.id;
  }
  const machine = lab.machines.find(({ ip, name }) => ip === task.host || name === task.host);
  if (machine === undefined) throw new Error(`no machine of the lab is ${task.host}`);
  return machines.breaks.removeTask(machine, task.ports[0] ?? 0, signal);
}

async function oneTask({ http, at, appId, signal }: DrillOptions) {
  const app = await findApp(http, at.marathon, appId, signal);
  const [task] = app?.tasks ?? [];
  if (task !== undefined) return task;
  throw new LabError(`${appId} has no task to break`, {
    exitCode: exitCodes.verify,
    remedy: ["npx mesos-lab demo"],
  });
}

function entryOf(lab: Lab, { breaks }: Drill): Entry {
  const [entry] = "service" in breaks ? entriesOf(lab, breaks.service) : [];
  if (entry !== undefined) return entry;
  throw new LabError("this lab does not run what the drill would break", { exitCode: exitCodes.usage });
}

/** Waits until the page has settled and the app runs in full, or the deadline is over; a failed break ends it at once. */
async function untilSettled(
  options: DrillOptions,
  sampler: Sampler,
  breakAt: number,
  broken: Promise<unknown>,
): Promise<void> {
  let isBroken = false;
  let failure: unknown;
  broken.then(
    () => {
      isBroken = true;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  let brokenAt: number | undefined;
  while (sampler.clock.now() - breakAt < options.deadlineMs) {
    await delay(lookMs, undefined, { signal: options.signal });
    if (failure !== undefined) throw failure;
    const now = sampler.clock.now();
    if (isBroken) brokenAt ??= now;
    const outage = analyse(sampler.samples, {
      settleMs: options.settleMs,
      breakAt,
      until: sampler.horizon(),
    });
    options.say(
      `${Math.round((now - breakAt) / 1000)} s since the break: page ${outage.state}, ${outage.failed} misses`,
    );
    // A page that has not gone down yet may still do so: the whole settle time must pass after the break.
    const quiet = brokenAt !== undefined && now - brokenAt >= options.settleMs;
    const settled = outage.state === "recovered" || outage.state === "never-down";
    if (quiet && settled && (await runsInFull(options))) return;
  }
}

async function runsInFull({ http, at, appId, signal }: DrillOptions): Promise<boolean> {
  const app = await findApp(http, at.marathon, appId, signal).catch(() => undefined);
  signal.throwIfAborted();
  return app !== undefined && app.tasksRunning >= app.instances && app.deployments.length === 0;
}

async function hostPorts({ http, at, appId, signal }: DrillOptions): Promise<readonly string[]> {
  const app = await findApp(http, at.marathon, absoluteId(appId), signal).catch(() => undefined);
  return (app?.tasks ?? []).flatMap(({ host, ports }) => ports.slice(0, 1).map((port) => `${host}:${port}`));
}

async function putBack(drill: Drill, { machines, lab, say }: DrillOptions): Promise<string[]> {
  if (drill.breaks.kind !== "restart") return [];
  say("putting back what was broken");
  const left = await machines.breaks.putBack(entryOf(lab, drill)).catch((error: unknown) => String(error));
  return left === undefined ? [] : [left];
}

function interrupted(notes: readonly string[]): LabError {
  return new LabError("interrupted while the lab was broken", {
    exitCode: exitCodes.interrupted,
    details: notes.length > 0 ? notes : ["what was broken comes back by itself"],
    remedy: ["npx mesos-lab verify --timeout 180"],
  });
}

interface Findings {
  readonly sampler: Sampler;
  readonly watch: Watch;
  readonly verdict: Verdict;
  readonly before: readonly string[];
  readonly breakAt: number;
  readonly target: string;
  readonly notes: readonly string[];
}

async function report(drill: Drill, options: DrillOptions, found: Findings): Promise<DrillReport> {
  const { sampler, watch, verdict, breakAt } = found;
  const outage = analyse(sampler.samples, { settleMs: options.settleMs, breakAt, until: sampler.horizon() });
  const lane: Lane = {
    method: "bamboo",
    url: options.at.page,
    runs: runsOf(sampler.samples),
    outage,
    sampling: sampler.state(),
  };
  const failing = verdict.results.filter(({ holds }) => !holds);
  const settled = outage.state === "recovered" || outage.state === "never-down";
  return {
    format: 1,
    drill: drill.name,
    lab: options.lab.name,
    stack: options.lab.stack,
    startedAt: sampler.clock.startedAt,
    breakAt,
    target: found.target,
    parameters: {
      "requests per second": options.ratePerSecond,
      "time limit per request": `${requestTimeoutMs / 1000} s`,
      "settle time": `${options.settleMs / 1000} s`,
      deadline: `${options.deadlineMs / 1000} s`,
    },
    environment: `${options.machines.words} · ${options.lab.stack} stack · host ${osType()} ${arch()}, ${cpus().length} CPUs`,
    lanes: [lane],
    marks: [
      { at: breakAt, source: "drill", what: drill.mark, detail: found.target },
      ...watch.marks,
      ...pageMarks(outage),
    ],
    before: found.before,
    after: await hostPorts(options),
    recovered: settled && verdict.holds,
    lastSeen: {
      ...watch.lastSeen,
      ...Object.fromEntries(failing.map(({ title, machine, seen }) => [`${title} (${machine})`, seen])),
    },
    notes: [
      ...found.notes,
      `Mesos, HAProxy and Marathon's task list were polled every 0.2 to 0.5 s: “${words.reloaded}” and “${words.offer}” may be late by that much.`,
    ],
  };
}
