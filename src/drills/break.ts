import { encodePath, findApp, refused } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import type { Drill } from "./catalogue.ts";
import type { DrillOptions } from "./options.ts";

/** What was broken. */
export interface Broken {
  /** A task's id, a container's or a machine's name. */
  readonly target: string;
  /** The task that is to end by it, where one is: its end may come later than the break. */
  readonly task?: string;
}

/**
 * Breaks what the drill is about; resolves once it is broken.
 * @param entry what of the drill's service, where it breaks one.
 */
export async function breakIt(
  { breaks }: Drill,
  entry: Entry | undefined,
  options: DrillOptions,
): Promise<Broken> {
  const { machines, signal, lab } = options;
  if (breaks.kind === "restart" && entry !== undefined) {
    await machines.breaks.restart(entry, signal);
    return { target: `${entry.tutorial.name} on ${entry.machine.name}` };
  }
  if (breaks.kind === "reboot" && entry !== undefined) {
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
  const machine = lab.machines.find(({ ip, name }) => ip === task.host || name === task.host);
  if (machine === undefined) throw new Error(`no machine of the lab is ${task.host}`);
  return { target: await machines.breaks.removeTask(machine, task.ports[0] ?? 0, signal), task: task.id };
}

/** After an interrupted drill: what could not be put back, in sentences. */
export async function putBack(
  { breaks }: Drill,
  entry: Entry | undefined,
  { machines, say }: DrillOptions,
): Promise<string[]> {
  if (breaks.kind !== "restart" || entry === undefined) return [];
  say("putting back what was broken");
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
