import * as z from "zod";
import { masterAddresses } from "../lab/catalogue/addresses.ts";
import type { Lab } from "../lab/model.ts";
import { parseAnswer } from "../probes/answer.ts";
import type { Http } from "../probes/http.ts";
import { hostOf } from "../probes/mesos.ts";
import type { DrillClock } from "./clock.ts";
import type { Mark } from "./model/report.ts";

/** A service that is down must not hold the next look for long. */
const requestMs = 2000;

const tasksSchema = z.object({ tasks: z.array(z.object({ id: z.string(), state: z.string() })) });

export interface MesosWatchOptions {
  readonly lab: Lab;
  readonly http: Http;
  readonly appId: string;
  readonly clock: DrillClock;
  /** Gets a mark for each change of a task's state. */
  readonly marks: Mark[];
}

/** One look at the states that the first Mesos master has of an app's tasks, in words. */
export function mesosLook(options: MesosWatchOptions): (signal: AbortSignal) => Promise<string> {
  const { lab, http, appId, clock, marks } = options;
  let [master = ""] = masterAddresses(lab);
  // `/tasks` came with 0.25, and `/tasks.json` went with 1.8.
  let path = "/tasks.json";
  let states: ReadonlyMap<string, string> | undefined;
  return async (signal) => {
    const url = `http://${master}${path}?limit=100&order=desc`;
    const answer = await http.get(url, { signal, timeoutMs: requestMs });
    if (answer.status === 404) path = path === "/tasks" ? "/tasks.json" : "/tasks";
    // Since 1.0, those that do not lead say who does.
    if (answer.status === 307) master = hostOf(answer.headers.location ?? "");
    const { tasks } = parseAnswer(answer.text, tasksSchema);
    const mine = tasks.filter(({ id }) => id.startsWith(`${taskPrefix(appId)}.`));
    // A master that has just restarted knows no task until its agents are back: that is no news of the tasks.
    for (const { id, state } of mine)
      if (states && states.get(id) !== state)
        marks.push({ at: clock.now(), source: "mesos", what: state, detail: id });
    states = new Map([...(states ?? []), ...mine.map(({ id, state }) => [id, state] as const)]);
    const newest = mine.slice(0, 3).map(({ id, state }) => `${id} ${state}`);
    return newest.join(", ") || "no task of the app";
  };
}

/** What Marathon begins the ids of an app's tasks with: `/a/b` → `a_b`. */
export function taskPrefix(appId: string): string {
  return appId.replace(/^\//, "").replaceAll("/", "_");
}
