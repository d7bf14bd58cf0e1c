import { setTimeout as delay } from "node:timers/promises";
import { encodePath, findApp, refused } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import { machineAt } from "../lab/model.ts";
import { slowness } from "../lab/runs.ts";
import type { Bounds, Lasting } from "../machines/machines.ts";
import { type Drill, holdMs } from "./catalogue.ts";
import type { DrillClock } from "./clock.ts";
import type { DrillOptions } from "./options.ts";

/** What was broken. */
export interface Broken {
  /** A task's id, a container's or a machine's name. */
  readonly target: string;
  /** The task that is to end by it, where one is: its end may come later than the break. */
  readonly task?: string;
  /** When what the drill held for a while was undone. */
  readonly undoneAt?: number;
}

/** So much longer than the drill holds it the lab waits before it undoes a break by itself. */
const graceMs = 60_000;

/**
 * Breaks what the drill is about; resolves once it is broken, and undone where the drill holds it for a while.
 * @param entry what of the drill's service, where it breaks one.
 */
export async function breakIt(
  drill: Drill,
  entry: Entry | undefined,
  options: DrillOptions,
  clock: DrillClock,
): Promise<Broken> {
  const { breaks } = drill;
  const { machines, signal, lab } = options;
  const bounds: Bounds = { boundMs: holdMs(drill) + graceMs * slowness(lab), signal };
  const held = async (target: string, lasting: Lasting): Promise<Broken> => {
    await hold(lasting, holdMs(drill), { target, bounds });
    return { target, undoneAt: clock.now() };
  };
  if ("service" in breaks && entry !== undefined) {
    const service = `${entry.tutorial.name} on ${entry.machine.name}`;
    if (breaks.kind === "freeze") return held(service, await machines.breaks.freeze(entry, bounds));
    if (breaks.kind === "partition") {
      const { partition } = machines.breaks;
      if (partition === undefined) throw new Error("there is no network to part");
      return held(entry.machine.name, await partition(entry.machine, bounds));
    }
    if (breaks.kind === "restart") {
      await machines.breaks.restart(entry, signal);
      return { target: service };
    }
    await machines.breaks.reboot(entry.machine, signal);
    return { target: entry.machine.name };
  }
  const task = await oneTask(options);
  if (breaks.kind === "kill-task") {
    const url = `${options.at.marathon}/v2/apps/${encodePath(options.appId)}/tasks/${encodeURIComponent(task.id)}`;
    const answer = await options.http.send("DELETE", url, undefined, { signal });
    if (answer.status !== 200) throw refused("Marathon", answer);
    return { target: task.id, task: task.id };
  }
  const machine = machineAt(lab, task.host);
  const port = task.ports[0] ?? 0;
  if (breaks.kind === "freeze-task") {
    const { name, ...lasting } = await machines.breaks.freezeTask(machine, port, bounds);
    return held(name, lasting);
  }
  return { target: await machines.breaks.removeTask(machine, port, signal), task: task.id };
}

/** Leaves something broken for so long; undoes it then, and after an interrupt. */
async function hold(
  { undo }: Lasting,
  ms: number,
  { target, bounds }: { readonly target: string; readonly bounds: Bounds },
): Promise<void> {
  try {
    await delay(ms, undefined, { signal: bounds.signal });
  } finally {
    await undo().catch((cause: unknown) => {
      throw new LabError("break-not-undone", `${target} could not be put back`, {
        details: [
          cause instanceof Error ? cause.message : String(cause),
          `the lab itself does so within ${Math.ceil(bounds.boundMs / 1000)} s of the break`,
        ],
        remedy: ["npx mesos-lab verify --timeout 180"],
        cause,
      });
    });
  }
}

/** After a drill that was interrupted or has failed: what could not be put back, in sentences. */
export async function putBack(
  drill: Drill,
  entry: Entry | undefined,
  { machines, say }: DrillOptions,
  { broken, error: known }: { readonly broken: Promise<Broken>; readonly error: unknown },
): Promise<string[]> {
  const holds = holdMs(drill) > 0;
  if (!holds && (drill.breaks.kind !== "restart" || entry === undefined)) return [];
  say("putting back what was broken");
  if (holds || entry === undefined) {
    const error = await broken.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof LabError && error !== known && error.id !== "interrupted"
      ? [error.message, ...error.details]
      : [];
  }
  const left = await machines.breaks.putBack(entry).catch((error: unknown) => String(error));
  return left === undefined ? [] : [left];
}

async function oneTask({ http, at, appId, signal }: DrillOptions) {
  const app = await findApp(http, at.marathon, appId, signal);
  const [task] = app?.tasks ?? [];
  if (task !== undefined) return task;
  throw new LabError("app-without-task", `${appId} has no task to break`, {
    remedy: ["npx mesos-lab demo"],
  });
}
