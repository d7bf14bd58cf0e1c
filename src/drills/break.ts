import type { AppState } from "../demo/app.ts";
import { encodePath, findApp, refused } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import { isAt, type Machine, machineAt } from "../lab/model.ts";
import { slowness } from "../lab/runs.ts";
import type { Bounds, Lasting } from "../machines/machines.ts";
import { type Drill, holdMs } from "./catalogue.ts";
import type { DrillClock } from "./clock.ts";
import { hold } from "./hold.ts";
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
  const held = async (
    target: string,
    lasting: Lasting,
    begun?: () => Promise<string | undefined>,
  ): Promise<Broken> => {
    const task = await hold(lasting, holdMs(drill), { target, bounds, begun });
    return { target, undoneAt: clock.now(), ...(task !== undefined && { task }) };
  };
  if ("service" in breaks && entry !== undefined) {
    const service = `${entry.tutorial.name} on ${entry.machine.name}`;
    const { name } = entry.machine;
    switch (breaks.kind) {
      case "restart":
        await machines.breaks.restart(entry, signal);
        return { target: service };
      case "reboot":
        await machines.breaks.reboot(entry.machine, signal);
        return { target: name };
      case "freeze":
        return held(service, await machines.breaks.freeze(entry, bounds));
      case "partition":
        return held(name, await of(machines.breaks.partition)(entry.machine, bounds));
      case "slow":
        return held(name, await of(machines.breaks.slow)(entry.machine, bounds));
      case "fill":
        return held(service, await of(machines.breaks.fill)(entry, bounds), () =>
          killTaskOn(entry.machine, options),
        );
    }
  }
  const task = await oneTask(options);
  if (breaks.kind === "kill-task") {
    await killTask(task, options);
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

type AppTask = AppState["tasks"][number];

/** A break that only some labs know; drills that need it are refused for the others (`whyNot`). */
function of<T>(known: T | undefined): T {
  if (known === undefined) throw new Error("this lab cannot be broken like that");
  return known;
}

async function killTask({ id }: AppTask, { at, appId, http, signal }: DrillOptions): Promise<void> {
  const url = `${at.marathon}/v2/apps/${encodePath(appId)}/tasks/${encodeURIComponent(id)}`;
  const answer = await http.send("DELETE", url, undefined, { signal });
  if (answer.status !== 200) throw refused("Marathon", answer);
}

/** The app's task on a machine, where there is one: Mesos will start another. */
async function killTaskOn(machine: Machine, options: DrillOptions): Promise<string | undefined> {
  const task = (await tasksOf(options)).find(({ host }) => isAt(machine, host));
  if (task !== undefined) await killTask(task, options);
  return task?.id;
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

async function tasksOf({ http, at, appId, signal }: DrillOptions): Promise<readonly AppTask[]> {
  return (await findApp(http, at.marathon, appId, signal))?.tasks ?? [];
}

async function oneTask(options: DrillOptions): Promise<AppTask> {
  const [task] = await tasksOf(options);
  if (task !== undefined) return task;
  throw new LabError("app-without-task", `${options.appId} has no task to break`, {
    remedy: ["npx mesos-lab demo"],
  });
}
