import type { MarathonApp, MarathonTask } from "../../probes/marathon.ts";
import type { Judgement } from "../claim.ts";

/** One service port of one application, with the addresses of the tasks that run. */
export interface Route {
  readonly app: string;
  readonly servicePort: number;
  readonly tasks: readonly string[];
}

/** What a balancer that goes by service ports has to know: every port of every app with a running task. */
export function routesOf(apps: readonly MarathonApp[], tasks: readonly MarathonTask[]): Route[] {
  return apps.flatMap((app) => {
    const running = tasks.filter((task) => task.appId === app.id && task.startedAt);
    if (running.length === 0) return [];
    return (app.ports ?? []).map((servicePort, index) => ({
      app: app.id,
      servicePort,
      tasks: running.flatMap(({ host, ports }) => {
        const port = ports?.[index];
        return port === undefined ? [] : [`${host}:${port}`];
      }),
    }));
  });
}

/** A balancer routes to exactly the running tasks; `routed` gives the addresses it has for a route. */
export function judgeServicePorts(
  routes: readonly Route[],
  routed: (route: Route) => readonly string[] | undefined,
): Judgement {
  const faults = routes.flatMap((route) => {
    const name = `${route.app} at ${route.servicePort}`;
    const servers = routed(route);
    if (servers === undefined) return [`${name}: no route`];
    return [
      ...route.tasks.filter((task) => !servers.includes(task)).map((task) => `${name}: no route to ${task}`),
      ...servers
        .filter((server) => !route.tasks.includes(server))
        .map((it) => `${name}: stale route to ${it}`),
    ];
  });
  if (faults.length > 0) return { holds: false, seen: faults.join("; ") };
  const seen = routes.map(({ app, servicePort, tasks }) => `${app} ${servicePort} → ${tasks.join(" ")}`);
  return { holds: true, seen: seen.join("; ") || "no application" };
}
