import type { BackendServer, HaproxyStats } from "../../probes/haproxy.ts";
import type { MarathonTask } from "../../probes/marathon.ts";
import type { Judgement } from "../claim.ts";

/** An HAProxy of Bamboo's making answers with an application's page, or with 503 when no rule fits. */
export function judgeFrontPage(status: number): Judgement {
  const word = status === 503 ? " (no rule for /, or no task)" : "";
  return { holds: status < 500 || status === 503, seen: `${status}${word}` };
}

/**
 * HAProxy routes to the tasks that Marathon runs and to no others. Staged tasks may be there: Bamboo does
 * not tell them apart.
 */
export function judgeRoutes(stats: HaproxyStats, tasks: readonly MarathonTask[]): Judgement {
  if (!stats.frontends.includes("http-in"))
    return { holds: false, seen: `no frontend http-in: ${stats.frontends.join(" ") || "none at all"}` };
  const apps = [...new Set(tasks.map((task) => task.appId))].sort();
  const faults = [...apps.flatMap((app) => faultsOf(app, stats, tasks)), ...strayBackends(stats, apps)];
  if (faults.length > 0) return { holds: false, seen: faults.join("; ") };
  const routes = apps.flatMap((app) => {
    const servers = serversOf(stats, app).map((server) => addressOf(server, app));
    return servers.length === 0 ? [] : [`${app} → ${servers.join(" ")}`];
  });
  return { holds: true, seen: routes.length === 0 ? "http-in, no application" : routes.join("; ") };
}

function faultsOf(app: string, stats: HaproxyStats, tasks: readonly MarathonTask[]): string[] {
  const own = tasks.filter((task) => task.appId === app);
  const known = own.flatMap(taskAddress);
  const running = own.filter((task) => task.startedAt).flatMap(taskAddress);
  const servers = serversOf(stats, app);
  const routed = servers.map((server) => addressOf(server, app));
  return [
    ...running.filter((address) => !routed.includes(address)).map((it) => `${app}: no route to ${it}`),
    ...routed.filter((address) => !known.includes(address)).map((it) => `${app}: stale route to ${it}`),
    ...servers
      .filter((server) => running.includes(addressOf(server, app)) && !/^(UP|no check)/.test(server.status))
      .map((server) => `${app}: ${addressOf(server, app)} is ${server.status}`),
  ];
}

function strayBackends(stats: HaproxyStats, apps: readonly string[]): string[] {
  const expected = apps.map(backendName);
  return stats.backends
    .filter(
      ({ name, servers }) => name.endsWith("-cluster") && servers.length > 0 && !expected.includes(name),
    )
    .map(({ name }) => `stale backend ${name}`);
}

/** Bamboo routes to a task's first port only. */
function taskAddress(task: MarathonTask): string[] {
  const port = task.ports?.[0];
  return port === undefined ? [] : [`${task.host}:${port}`];
}

function serversOf(stats: HaproxyStats, app: string): readonly BackendServer[] {
  return stats.backends.find(({ name }) => name === backendName(app))?.servers ?? [];
}

function backendName(app: string): string {
  return `${escaped(app)}-cluster`;
}

/** The CSV gives no address before HAProxy 1.7, but Bamboo names servers `<application>-<host>-<port>`. */
function addressOf(server: BackendServer, app: string): string {
  const prefix = `${escaped(app)}-`;
  const match = /^(.+)-(\d+)$/.exec(server.name.startsWith(prefix) ? server.name.slice(prefix.length) : "");
  return match === null ? server.name : `${match[1]}:${match[2]}`;
}

function escaped(app: string): string {
  return app.replaceAll("/", "::");
}
