import { type Addresses, findApp } from "../demo/services.ts";
import type { WayIn } from "../demo/ways-in.ts";
import type { Http } from "../probes/http.ts";
import { ended } from "./analysis/phases.ts";
import type { DrillClock } from "./clock.ts";
import { type Mark, marks as words } from "./model/report.ts";
import { type MarathonEvent, readEvents } from "./sse.ts";

export interface MarathonWatchOptions {
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly clock: DrillClock;
  readonly ways: readonly WayIn[];
  /** Gets a mark for each thing that happens to the app's tasks. */
  readonly marks: Mark[];
}

/** What Marathon tells of an app: by its stream of events, and by its list of tasks. */
export interface MarathonWatch {
  /** When tasks of the app were first seen to have ended, by their ids. */
  readonly gone: ReadonlyMap<string, number>;
  /** Reads events until the stream ends. */
  follow(signal: AbortSignal): Promise<void>;
  /** One look at the app, in words. */
  look(signal: AbortSignal): Promise<string>;
}

export function watchMarathon(options: MarathonWatchOptions): MarathonWatch {
  const { http, at, appId, clock, ways, marks } = options;
  const gone = new Map<string, number>();
  const known = new Set<string>();
  let first = true;

  const mark = (what: string, detail: string) =>
    marks.push({ at: clock.now(), source: "marathon", what, detail });
  const onTask = (id: string, hostPorts: string) => {
    if (!known.has(id) && !first) mark(words.offer, hostPorts);
    known.add(id);
  };
  const onEnd = (id: string) => {
    if (!gone.has(id)) gone.set(id, clock.now());
  };

  const onEvent = ({ eventType, appId: of, taskId, taskStatus, host, ports }: MarathonEvent) => {
    if (eventType !== "status_update_event" || of !== appId) return;
    const hostPorts = `${host}:${ports.join(",")}`;
    // A task that starts quickly is told before the list of tasks is looked at again.
    onTask(taskId, hostPorts);
    if (ended.test(taskStatus)) onEnd(taskId);
    mark(taskStatus, hostPorts);
    // Marathon posts its callbacks, and fills everybody's stream, with the very event that this stream shows.
    for (const { name, learns } of ways)
      if (learns.told !== undefined)
        marks.push({
          ...{ at: clock.now(), source: "discovery", what: learns.told },
          ...{ detail: taskStatus, lane: name },
        });
  };

  return {
    gone,
    follow: (signal) => readEvents(http, `${at.marathon}/v2/events`, onEvent, signal),
    look: async (signal) => {
      const app = await findApp(http, at.marathon, appId, signal);
      const tasks = app?.tasks ?? [];
      const ids = new Set(tasks.map(({ id }) => id));
      for (const id of known) if (!ids.has(id)) onEnd(id);
      const addresses = tasks.map(({ host, ports }) => `${host}:${ports.join(",")}`);
      for (const [i, { id }] of tasks.entries()) onTask(id, addresses[i] ?? "");
      first = false;
      if (app === undefined) return "the app is not known";
      return `${app.tasksRunning} of ${app.instances} tasks run: ${addresses.join(" ")}`;
    },
  };
}
