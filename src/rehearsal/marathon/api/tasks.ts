import { Hono } from "hono";
import { badRequest } from "../apps/api-error.ts";
import { appIdOf } from "../apps/path-id.ts";
import { servicePorts } from "../apps/service-ports.ts";
import type { Runtime } from "../runtime.ts";
import { taskIds } from "./app-schema.ts";
import { deploymentResult } from "./deployments.ts";
import { isYes, json, prefersText } from "./http.ts";
import { read } from "./play-json.ts";
import { endpointLines, fullTask } from "./views.ts";

const states: Readonly<Record<string, string>> = { running: "TASK_RUNNING", staging: "TASK_STAGING" };

/** `/v2/tasks` and `/v2/tasks/delete`. */
export function taskRoutes(current: () => Runtime): Hono {
  const api = new Hono();

  api.get("/v2/tasks", (context) => {
    const { registry, scheduler } = current();
    if (prefersText(context.req.header("accept")))
      return context.text(endpointLines(registry.definitions(), registry.tasks.all()));
    const asked = [...(context.req.queries("status") ?? []), ...(context.req.queries("status[]") ?? [])];
    const wanted = asked.map((status) => states[status.toLowerCase()]).filter((state) => state !== undefined);
    const tasks = registry.tasks.all().filter((task) => wanted.length === 0 || wanted.includes(task.state));
    return json(context, {
      tasks: tasks.map((task) => {
        const app = registry.app(task.appId)?.app;
        return fullTask(task, scheduler.health.results(task.id), app === undefined ? [] : servicePorts(app));
      }),
    });
  });

  api.post("/v2/tasks/delete", async (context) => {
    const { registry, scheduler, groups } = current();
    const ids = [...new Set(read(taskIds, await context.req.text()).ids)];
    for (const id of ids) if (appIdOf(id) === undefined) throw badRequest(`Invalid task id '${id}'.`);
    const tasks = ids.map((id) => registry.tasks.get(id)).filter((task) => task !== undefined);
    if (isYes(context, "scale")) {
      const appIds = [...new Set(tasks.map((task) => task.appId))];
      return json(
        context,
        deploymentResult(await groups.killAndScale(tasks, appIds, isYes(context, "force"))),
      );
    }
    scheduler.kill(tasks);
    return json(context, { tasks: tasks.map((task) => fullTask(task, [])) });
  });

  return api;
}
