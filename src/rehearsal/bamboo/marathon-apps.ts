import { LabError } from "../../errors.ts";
import { send } from "../http/client.ts";
import { type BambooApp, escapedId } from "./model.ts";

interface MarathonTask {
  readonly appId: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly stagedAt: string;
}

interface MarathonApp {
  readonly id: string;
  readonly ports?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  readonly healthChecks?: readonly { readonly path?: string }[];
}

const answerMs = 10_000;

/**
 * The apps that have a running task, sorted by id, from the first endpoint that answers.
 * @throws LabError `tool` when none does.
 */
export async function fetchApps(endpoints: readonly string[], signal: AbortSignal): Promise<BambooApp[]> {
  const failures: string[] = [];
  for (const endpoint of endpoints) {
    try {
      const { tasks } = await getJson<{ tasks: MarathonTask[] }>(
        `${endpoint}/v2/tasks?status=running`,
        signal,
      );
      // What has no task is not routed to, and a thousand definitions take their time.
      if (tasks.length === 0) return [];
      const { apps } = await getJson<{ apps: MarathonApp[] }>(`${endpoint}/v2/apps`, signal);
      return routedApps(tasks, apps);
    } catch (error) {
      failures.push(`${endpoint}: ${(error as Error).message}`);
    }
  }
  throw new LabError("stand-in-failed", "no Marathon answers", { details: failures });
}

/** Pure: the apps of these tasks. */
export function routedApps(tasks: readonly MarathonTask[], apps: readonly MarathonApp[]): BambooApp[] {
  const byStaging = [...tasks].sort((a, b) => (a.stagedAt < b.stagedAt ? -1 : 1));
  const ids = [...new Set(byStaging.map((task) => task.appId))].sort();
  return ids.map((id) => {
    const app = apps.find((other) => other.id === id);
    return {
      Id: id,
      EscapedId: escapedId(id),
      HealthCheckPath: app?.healthChecks?.[0]?.path ?? "",
      Tasks: byStaging.flatMap(({ appId, host, ports }) =>
        appId === id && ports[0] !== undefined ? [{ Host: host, Port: ports[0] }] : [],
      ),
      ServicePort: app?.ports?.[0] ?? 0,
      Env: app?.env ?? null,
    };
  });
}

async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await send(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return JSON.parse(body) as T;
}
