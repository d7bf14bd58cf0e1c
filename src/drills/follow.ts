import { setTimeout as delay } from "node:timers/promises";
import { findApp } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import { type Pacer, startPacer } from "./analysis/pacer.ts";
import { standingInWords } from "./analysis/words.ts";
import type { Broken } from "./break.ts";
import type { DrillClock } from "./clock.ts";
import type { Writes } from "./control-plane.ts";
import type { Lanes } from "./lanes.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";

const lookMs = 250;

export interface Drilling {
  readonly clock: DrillClock;
  readonly lanes: Lanes;
  readonly writes?: Writes | undefined;
  readonly ratePerSecond: number;
  /** Has the page, and all else that is looked at, asked at this rate from now on. */
  readonly pace: (ratePerSecond: number) => void;
  readonly breakAt: number;
  readonly broken: Promise<Broken>;
  /** Whether the drill holds what it breaks for a while: until then the page is away by that, and not by being asked. */
  readonly holds: boolean;
  /** When tasks of the app were first seen to have ended, by their ids. */
  readonly gone: ReadonlyMap<string, number>;
}

interface Done {
  readonly at: number;
  readonly broken: Broken;
}

/**
 * Waits until the break has taken effect, every lane has settled and the app runs in full, or the deadline is over; a
 * failed break ends it at once. Meanwhile the page is asked less often where it seems to be kept away by that.
 */
export async function untilSettled(options: DrillOptions, drilling: Drilling): Promise<Pacer> {
  const { clock, lanes, breakAt } = drilling;
  const pacer = startPacer({
    ...{ breakAt, ratePerSecond: drilling.ratePerSecond, requestTimeoutMs: requestLimitMs(options.lab) },
  });
  let rate = drilling.ratePerSecond;
  let done: Done | undefined;
  let failure: { readonly error: unknown } | undefined;
  drilling.broken.then(
    (broken) => {
      done = { at: clock.now(), broken };
    },
    (error: unknown) => {
      failure = { error };
    },
  );
  while (clock.now() - breakAt < options.deadlineMs) {
    await delay(lookMs, undefined, { signal: options.signal });
    if (failure !== undefined) throw failure.error;
    if (!options.isThere()) throw removed(options.lab.name);
    const since = done === undefined ? undefined : effectOf(done, drilling);
    const seen = lanes.look(since === undefined ? 0 : clock.now() - since);
    const states = seen.map((lane) => `${seen.length > 1 ? lane.way : "the page"} ${standingInWords(lane)}`);
    const written = drilling.writes?.settled() ?? true;
    options.say([...states, ...(written ? [] : ["Marathon takes no writes"])].join("; "));
    const settled = written && seen.every((lane) => lane.settled);
    // The look takes its time on a busy lab: writes may have failed again meanwhile.
    if (since !== undefined && settled && (await runsInFull(options)) && (drilling.writes?.settled() ?? true))
      break;
    if (drilling.holds && done === undefined) continue;
    const wanted = pacer.look(clock.now(), seen);
    if (wanted !== rate) drilling.pace(wanted);
    rate = wanted;
  }
  return pacer;
}

/** When the break took effect; undefined while the task that is to end by it has not: its outage is yet to come. */
function effectOf({ at, broken }: Done, { gone }: Pick<Drilling, "gone">): number | undefined {
  if (broken.task === undefined) return at;
  const endedAt = gone.get(broken.task);
  return endedAt === undefined ? undefined : Math.max(at, endedAt);
}

async function runsInFull({ http, at, appId, signal }: DrillOptions): Promise<boolean> {
  const app = await findApp(http, at.marathon, appId, signal).catch(() => undefined);
  signal.throwIfAborted();
  return app !== undefined && app.tasksRunning >= app.instances && app.deployments.length === 0;
}

function removed(lab: string): LabError {
  return new LabError("lab-removed-meanwhile", `the lab "${lab}" was removed while the drill went on`, {
    remedy: ["npx mesos-lab create"],
  });
}
