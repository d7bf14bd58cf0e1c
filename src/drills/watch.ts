import { setTimeout as delay } from "node:timers/promises";
import type { Addresses } from "../demo/services.ts";
import { findApp } from "../demo/services.ts";
import type { Lab } from "../lab/model.ts";
import { machinesWith } from "../lab/model.ts";
import { parseStats, statsLogin } from "../probes/haproxy.ts";
import type { Http } from "../probes/http.ts";
import type { DrillClock } from "./clock.ts";
import { type Mark, marks as words } from "./model.ts";
import { type MarathonEvent, readEvents } from "./sse.ts";

/** What the watchers have seen; grows until they are stopped. */
export interface Watch {
  readonly marks: readonly Mark[];
  /** The newest state of every part, by its name. */
  readonly lastSeen: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly lab: Lab;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly clock: DrillClock;
}

/** How often each part is looked at. A poll sees things late by up to this much. */
const pollMs = { marathon: 200, mesos: 500, haproxy: 200 } as const;
/** A part that is down must not hold the next look for long. */
const requestMs = 2000;

/** Watches Marathon's events and tasks, Mesos' task states and HAProxy's servers until stopped. */
export function watchLab(options: WatchOptions): Watch {
  const { lab, http, at, appId, clock } = options;
  const stop = new AbortController();
  const marks: Mark[] = [];
  const lastSeen: Record<string, string> = {};
  const mark = (source: Mark["source"], what: string, detail?: string) =>
    marks.push({ at: clock.now(), source, what, ...(detail === undefined ? {} : { detail }) });

  const onEvent = (event: MarathonEvent) => {
    if (event.eventType !== "status_update_event" || event.appId !== appId) return;
    mark("marathon", event.taskStatus, `${event.host}:${event.ports.join(",")}`);
    // Marathon posts its callbacks with the very event that its stream shows.
    mark("bamboo", words.told, event.taskStatus);
  };

  const known = new Set<string>();
  let first = true;
  const lookAtMarathon = async (signal: AbortSignal) => {
    const app = await findApp(http, at.marathon, appId, signal);
    const tasks = app?.tasks ?? [];
    for (const { id, host, ports } of tasks) {
      if (!known.has(id) && !first) mark("marathon", words.offer, `${host}:${ports.join(",")}`);
      known.add(id);
    }
    first = false;
    return app === undefined
      ? "the app is not known"
      : `${app.tasksRunning} of ${app.instances} tasks run: ${tasks.map(({ host, ports }) => `${host}:${ports.join(",")}`).join(" ")}`;
  };

  let states: ReadonlyMap<string, string> | undefined;
  const lookAtMesos = async (signal: AbortSignal) => {
    const [master] = machinesWith(lab, "mesos-master");
    const url = `http://${master?.ip}:${lab.ports.mesosMaster}/tasks.json?limit=100&order=desc`;
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

  let servers: string | undefined;
  const lookAtHaproxy = async (signal: AbortSignal) => {
    const answer = await http.get(`${at.page}haproxy_stats;csv`, {
      signal,
      timeoutMs: requestMs,
      basicAuth: statsLogin,
    });
    const now = parseStats(answer.text)
      .backends.flatMap((backend) => backend.servers.map(({ name }) => name))
      .sort()
      .join(" ");
    if (servers !== undefined && now !== servers) mark("haproxy", words.reloaded, now || "no server left");
    servers = now;
    return now === "" ? "no server" : now;
  };

  const poll = async (part: keyof typeof pollMs, look: (signal: AbortSignal) => Promise<string>) => {
    while (!stop.signal.aborted) {
      lastSeen[part] = await look(stop.signal).catch((error: unknown) => wordsOf(error));
      await delay(pollMs[part], undefined, { signal: stop.signal }).catch(() => undefined);
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
    poll("marathon", lookAtMarathon),
    poll("mesos", lookAtMesos),
    poll("haproxy", lookAtHaproxy),
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
