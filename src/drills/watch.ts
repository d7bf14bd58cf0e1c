import { setTimeout as delay } from "node:timers/promises";
import type { Addresses } from "../demo/services.ts";
import { findApp } from "../demo/services.ts";
import type { WayIn } from "../demo/ways-in.ts";
import type { Lab } from "../lab/model.ts";
import { machinesWith, portsOf } from "../lab/model.ts";
import type { Http } from "../probes/http.ts";
import type { DrillClock } from "./clock.ts";
import { type Mark, marks as words } from "./model/report.ts";
import { lookAtRoutes } from "./routes.ts";
import { type MarathonEvent, readEvents } from "./sse.ts";

/** What the watchers have seen; grows until they are stopped. */
export interface LabWatch {
  readonly marks: readonly Mark[];
  /** The newest state of all that is looked at, by its name. */
  readonly lastSeen: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly lab: Lab;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly clock: DrillClock;
  /** Whether many looks are no load. */
  readonly local: boolean;
  /** Whose routes are to be looked at. */
  readonly ways: readonly WayIn[];
}

/** How often each is looked at. A poll sees things late by up to this much. */
const pollMs = { marathon: 200, mesos: 500 } as const;

/** How often the routes of each way are looked at: many looks at once are a load for emulated machines. */
export function lookEveryMs(local: boolean, ways: readonly WayIn[]): number {
  return local ? 100 : Math.max(200, 100 * ways.length);
}
/** A service that is down must not hold the next look for long. */
const requestMs = 2000;

/** Watches Marathon's events and tasks, Mesos' task states and what the methods route to, until stopped. */
export function watchLab(options: WatchOptions): LabWatch {
  const { lab, http, at, appId, clock, ways } = options;
  const stop = new AbortController();
  const marks: Mark[] = [];
  const lastSeen: Record<string, string> = {};
  const mark = (source: Mark["source"], what: string, detail?: string) =>
    marks.push({ at: clock.now(), source, what, ...(detail === undefined ? {} : { detail }) });

  const known = new Set<string>();
  let first = true;
  const onTask = (id: string, hostPorts: string) => {
    if (!known.has(id) && !first) mark("marathon", words.offer, hostPorts);
    known.add(id);
  };
  const onEvent = (event: MarathonEvent) => {
    if (event.eventType !== "status_update_event" || event.appId !== appId) return;
    const hostPorts = `${event.host}:${event.ports.join(",")}`;
    // A task that starts quickly is told before the list of tasks is looked at again.
    onTask(event.taskId, hostPorts);
    mark("marathon", event.taskStatus, hostPorts);
    // Marathon posts its callbacks, and fills everybody's stream, with the very event that this stream shows.
    for (const { name, learns } of ways)
      if (learns.told !== undefined)
        marks.push({
          ...{ at: clock.now(), source: "discovery", what: learns.told },
          ...{ detail: event.taskStatus, lane: name },
        });
  };
  const lookAtMarathon = async (signal: AbortSignal) => {
    const app = await findApp(http, at.marathon, appId, signal);
    const tasks = app?.tasks ?? [];
    for (const { id, host, ports } of tasks) onTask(id, `${host}:${ports.join(",")}`);
    first = false;
    return app === undefined
      ? "the app is not known"
      : `${app.tasksRunning} of ${app.instances} tasks run: ${tasks.map(({ host, ports }) => `${host}:${ports.join(",")}`).join(" ")}`;
  };

  let states: ReadonlyMap<string, string> | undefined;
  const lookAtMesos = async (signal: AbortSignal) => {
    const [master] = machinesWith(lab, "mesos-master");
    const url = `http://${master?.ip}:${master && portsOf(lab, master).mesosMaster}/tasks.json?limit=100&order=desc`;
    const answer = await http.get(url, { signal, timeoutMs: requestMs });
    const { tasks } = JSON.parse(answer.text) as { tasks: { id: string; state: string; name: string }[] };
    const mine = tasks.filter(({ id }) => id.startsWith(`${taskPrefix(appId)}.`));
    // A master that has just restarted knows no task until its agents are back: that is no news of the tasks.
    for (const { id, state } of mine) if (states && states.get(id) !== state) mark("mesos", state, id);
    states = new Map([...(states ?? []), ...mine.map(({ id, state }) => [id, state] as const)]);
    return (
      mine
        .slice(0, 3)
        .map(({ id, state }) => `${id} ${state}`)
        .join(", ") || "no task of the app"
    );
  };

  const poll = async (subject: string, everyMs: number, look: (signal: AbortSignal) => Promise<string>) => {
    while (!stop.signal.aborted) {
      lastSeen[subject] = await look(stop.signal).catch((error: unknown) => wordsOf(error));
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const follow = async () => {
    while (!stop.signal.aborted) {
      await readEvents(http, `${at.marathon}/v2/events`, onEvent, stop.signal).catch(() => undefined);
      // Marathon is away, or has closed the stream: come back soon, but not in a hurry.
      await delay(pollMs.marathon, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const all = [
    follow(),
    poll("marathon", pollMs.marathon, lookAtMarathon),
    poll("mesos", pollMs.mesos, lookAtMesos),
    ...lookAtRoutes(ways, { http, clock, marks }).map(({ subject, look }) =>
      poll(subject, lookEveryMs(options.local, ways), look),
    ),
  ];
  return {
    marks,
    lastSeen,
    stop: async () => {
      stop.abort();
      await Promise.all(all);
    },
  };
}

/** What Marathon begins the ids of an app's tasks with: `/a/b` → `a_b`. */
export function taskPrefix(appId: string): string {
  return appId.replace(/^\//, "").replaceAll("/", "_");
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
