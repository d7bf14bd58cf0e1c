import { marathonUrl } from "../../lab/catalogue/addresses.ts";
import { isAt, type Lab, machinesWith } from "../../lab/model.ts";
import { askTasks, type MarathonTask } from "../../probes/marathon.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import { clean } from "../../untrusted.ts";
import type { Of } from "../model/event.ts";
import { contextOf, type Look, type Place } from "./look.ts";

/** More than can be read on one page; the claims speak of all. */
const mostTasks = 300;

/** The tasks of all apps, as Marathon lists them. */
export function tasksLook(place: Place, everyMs: number): Look {
  const { hub, lab } = place;
  return {
    ...{ id: "tasks", everyMs, usualMs: 1_000 },
    once: async (signal) => {
      const tasks = await askAny(lab(), (origin) => askTasks(contextOf(place, signal), origin));
      const shown = tasks.slice(0, mostTasks).map((task) => taskOf(task, lab()));
      hub.foundAll("task", shown);
    },
  };
}

function taskOf({ id, appId, host, ports, startedAt }: MarathonTask, lab: Lab): Of<"task"> {
  const port = ports?.[0];
  return {
    event: "task",
    id: clean(id),
    app: clean(appId),
    address: clean(port === undefined ? host : `${host}:${port}`),
    machine: lab.machines.find((each) => isAt(each, host))?.name ?? "",
    state: startedAt ? "running" : "starting",
  };
}

/** Asks the lab's Marathons one after the other, until one answers. @throws ProbeError what the last one said */
export async function askAny<T>(lab: Lab, ask: (origin: string) => Promise<T>): Promise<T> {
  let silence = new ProbeError("this lab has no Marathon");
  for (const machine of machinesWith(lab, "marathon")) {
    try {
      return await ask(marathonUrl(lab, machine));
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      silence = error;
    }
  }
  throw silence;
}
