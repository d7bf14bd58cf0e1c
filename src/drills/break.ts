import { encodePath, findApp, refused } from "../demo/services.ts";
import { exitCodes, LabError } from "../errors.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import { entriesOf } from "../lab/catalogue/index.ts";
import { discoveryOf } from "../lab/discovery.ts";
import type { Lab } from "../lab/model.ts";
import { type Drill, drills } from "./catalogue.ts";
import type { DrillOptions } from "./options.ts";

/** What was broken. */
export interface Broken {
  /** A task's id, a container's or a machine's name. */
  readonly target: string;
  /** The task that is to end by it, where one is: its end may come later than the break. */
  readonly task?: string;
}

/** Breaks what the drill is about; resolves once it is broken. */
export async function breakIt(drill: Drill, options: DrillOptions): Promise<Broken> {
  const { machines, signal, lab } = options;
  const { breaks } = drill;
  if (breaks.kind === "restart") {
    const entry = entryToBreak(lab, drill);
    await machines.breaks.restart(entry, signal);
    return { target: `${entry.tutorial.name} on ${entry.machine.name}` };
  }
  if (breaks.kind === "reboot") {
    const { machine } = entryToBreak(lab, drill);
    await machines.breaks.reboot(machine, signal);
    return { target: machine.name };
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
export async function putBack(drill: Drill, { machines, lab, say }: DrillOptions): Promise<string[]> {
  if (drill.breaks.kind !== "restart") return [];
  say("putting back what was broken");
  const left = await machines.breaks
    .putBack(entryToBreak(lab, drill))
    .catch((error: unknown) => String(error));
  return left === undefined ? [] : [left];
}

/** @throws LabError `usage` where the lab does not run what the drill would break. */
export function assertBreakable(lab: Lab, drill: Drill): void {
  if ("service" in drill.breaks) entryToBreak(lab, drill);
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

function entryToBreak(lab: Lab, drill: Drill): Entry {
  const service = "service" in drill.breaks ? drill.breaks.service : undefined;
  const [entry] = service === undefined ? [] : entriesOf(lab, service);
  if (entry !== undefined) return entry;
  const others = drills.filter(
    ({ breaks }) => !("service" in breaks) || entriesOf(lab, breaks.service).length > 0,
  );
  throw new LabError(`this lab has no ${service} to ${drill.breaks.kind}`, {
    exitCode: exitCodes.usage,
    details: [`its ways of discovery: ${discoveryOf(lab).join(", ")}`],
    remedy: others.map(({ name }) => `npx mesos-lab drill ${name}`),
  });
}
