import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { markOf } from "../../tools/process-mark.ts";
import { endMarked } from "../processes/marked.ts";
import { endUsers } from "../processes/users.ts";
import { guardFrozen, thaw } from "./frozen.ts";
import { type Kept, keptProgram, keptService } from "./kept.ts";
import {
  digestOf,
  folderMark,
  type LauncherState,
  type Plan,
  planSignal,
  type ServiceState,
} from "./plan.ts";
import { planChanges } from "./plan-changes.ts";
import { openFileStore } from "./store-file.ts";

/**
 * The one process of an embedded lab that the others hang on: starts its services all at once, starts again what ends
 * by itself (as Docker's restart policy does), and has the store that they share where there is no ZooKeeper. The
 * services end when it ends, however it ends: the channel between them closes. They end the programs then.
 */

/** Between the end of a service and its next start: at once, then doubling while it does not become ready. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** How long the services may take to stop. */
const stopLimitMs = 5_000;
/** How long one that is made anew is waited for before the next one is. */
const restartLimitMs = 60_000;
/** How soon it is noticed that the lab's folder was removed by hand: nothing could find its processes any more. */
const folderLookMs = 1_000;

/** Between two tries to write what could not be written: on a full disk the lab goes on, and its state is told later. */
const retryMs = 1_000;

// What cannot be logged is no reason to end: a disk may be full for a while.
process.stderr.on("error", () => {});
process.stdout.on("error", () => {});

const planFile = process.argv[2] ?? "";
let { plan, digest } = readPlan();
const store = openFileStore(plan.storeFile);
const states: Record<string, ServiceState> = {};
/** What is to run, by id; an id that is not here any more is not started again. */
const wanted = new Map<string, Kept>();
const children = new Map<string, Child>();
const own = markOf(process.pid) ?? { pid: process.pid, startedAt: "" };
let stopping = false;

for (const kept of keptBy(plan)) want(kept);
let changes: Promise<void> = Promise.resolve();
process.on(planSignal, () => {
  changes = changes
    .then(takeIn)
    .catch((error: Error) => say(`the new plan cannot be carried out: ${error.message}`));
});
const lookAtFrozen = guardFrozen(plan.folder, say);
setInterval(() => {
  if (!existsSync(planFile)) stop();
  lookAtFrozen();
}, folderLookMs);
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// A terminal that closes is no reason to end the lab.
process.on("SIGHUP", () => {});

/** A process that runs, and what tells of it. */
interface Child {
  readonly process: ChildProcess;
  readonly kept: Kept;
  /** It has work to do before it is ready again. */
  waits(): void;
  readonly over: Promise<void>;
}

function readPlan(): { readonly plan: Plan; readonly digest: string } {
  const text = readFileSync(planFile, "utf8");
  return { plan: JSON.parse(text) as Plan, digest: digestOf(text) };
}

/** Programs first: a JVM takes longer than Node, and the services wait for it. */
function keptBy(of: Plan): readonly Kept[] {
  return [
    ...of.programs.map((program) => keptProgram(program, of)),
    ...of.services.map((service) => keptService(service, of, planFile, store)),
  ];
}

function want(kept: Kept): void {
  wanted.set(kept.id, kept);
  start(kept, 0);
}

/** Starts what is new, makes anew what has changed, one after the other, and ends what is not planned any more. */
async function takeIn(): Promise<void> {
  const [before, next] = [plan, readPlan()];
  plan = next.plan;
  const { added, removed, grown, changed } = planChanges(before, plan);
  for (const kept of keptBy(plan)) {
    if (added.has(kept.id)) want(kept);
    // Should it end by itself, it is started by the new plan.
    else wanted.set(kept.id, kept);
  }
  for (const id of grown) {
    const child = children.get(id);
    child?.waits();
    if (child !== undefined) child.kept.change?.(child.process);
  }
  for (const id of changed) await restart(id);
  for (const id of removed) wanted.delete(id);
  await Promise.all([...removed].map((id) => endChild(id)));
  for (const id of removed) delete states[id];
  digest = next.digest;
  tellState();
}

/** Until the new one is ready, or has failed: one after the other, so that the others have somebody to go to. */
async function restart(id: string): Promise<void> {
  say(`${id} has other settings: starting it anew`);
  await endChild(id);
  const deadline = performance.now() + restartLimitMs;
  const isOver = () => states[id]?.ready === true || (states[id]?.failures ?? 0) > 0;
  while (!stopping && !isOver() && performance.now() < deadline) await sleep(10);
}

/** Ends a process; where it is wanted, the next one starts at once. */
async function endChild(id: string): Promise<void> {
  const child = children.get(id);
  if (child === undefined) return;
  child.process.kill("SIGTERM");
  const limit = setTimeout(() => child.process.kill("SIGKILL"), stopLimitMs);
  await child.over;
  clearTimeout(limit);
}

function start(kept: Kept, failures: number): void {
  if (stopping) return;
  const log = openLog(kept.log);
  const child = kept.start(log, () => tell(true));
  if (log !== "ignore") closeSync(log);
  let isOver = () => {};
  children.set(kept.id, {
    process: child,
    kept,
    waits: () => tell(false),
    over: new Promise((resolve) => {
      isOver = resolve;
    }),
  });
  let isReady = false;
  const mark = child.pid === undefined ? undefined : markOf(child.pid);
  const tell = (ready: boolean) => {
    isReady = ready;
    const counted = ready ? 0 : failures;
    setState(kept.id, { ...(mark === undefined ? {} : { process: mark }), ready, failures: counted });
  };
  tell(false);
  let ended = false;
  const end = (why: string) => {
    // A program that cannot be started tells of its error only; others of both.
    if (ended) return;
    ended = true;
    children.delete(kept.id);
    isOver();
    if (stopping) return;
    if (!wanted.has(kept.id)) return;
    const count = isReady ? 1 : failures + 1;
    setState(kept.id, { ready: false, failures: count });
    const pauseMs = isReady ? 0 : Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
    say(`${kept.id} ended (${why}); starting it again in ${pauseMs} ms`);
    setTimeout(() => {
      // Meanwhile it may have left the plan, or come in again.
      const now = wanted.get(kept.id);
      if (now !== undefined && !children.has(kept.id)) start(now, isReady ? 0 : count);
    }, pauseMs);
  };
  child.on("error", (error) => {
    if (child.pid === undefined) end(error.message);
  });
  child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
}

function openLog(path: string): number | "ignore" {
  try {
    return openSync(path, "a", 0o600);
  } catch {
    return "ignore";
  }
}

function setState(id: string, state: ServiceState): void {
  states[id] = state;
  tellState();
}

let retry: NodeJS.Timeout | undefined;

function tellState(): void {
  if (!existsSync(planFile)) return;
  const all: LauncherState = { launcher: own, plan: digest, services: states };
  try {
    writeFileSync(`${plan.stateFile}.new`, JSON.stringify(all), { mode: 0o600 });
    renameSync(`${plan.stateFile}.new`, plan.stateFile);
  } catch (error) {
    if (retry === undefined) say(`its state cannot be written: ${(error as Error).message}`);
    clearTimeout(retry);
    retry = setTimeout(tellState, retryMs);
  }
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  // What stands still hears of no end.
  thaw(plan.folder).catch((error: Error) => say(error.message));
  const programs = new Set(plan.programs.map(({ id }) => id));
  // The services first: they end their sessions with ZooKeeper.
  const services = [...children].filter(([id]) => !programs.has(id));
  for (const [, child] of services) child.process.kill("SIGTERM");
  const limit = setTimeout(() => {
    for (const child of children.values()) child.process.kill("SIGKILL");
  }, stopLimitMs);
  const look = setInterval(() => {
    if ([...children.keys()].some((id) => !programs.has(id))) return;
    clearInterval(look);
    clearTimeout(limit);
    store.close();
    // The programs, which keep all that they have said is kept; and what left the group of its task.
    void endMarked({ [folderMark]: plan.folder })
      .then(() => plan.tasks && endUsers(plan.tasks.users))
      .then(() => {
        // The sandboxes of a lab whose folder was removed by hand are nobody's.
        if (plan.tasks && !existsSync(planFile)) rmSync(plan.tasks.folder, { recursive: true, force: true });
      })
      .finally(() => process.exit(0));
  }, 10);
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} launcher: ${line}\n`);
}
