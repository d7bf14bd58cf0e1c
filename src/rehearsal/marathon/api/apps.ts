import { type Context, Hono } from "hono";
import { badRequest, notFound, unknownApp, unknownTask } from "../apps/api-error.ts";
import type { AppDefinition, MarathonTask } from "../apps/model.ts";
import { canonicalId, isInside } from "../apps/path-id.ts";
import { mustBeValid, updateViolations } from "../apps/validation.ts";
import type { Deployment } from "../deployments/deployments.ts";
import type { Runtime } from "../runtime.ts";
import { type AppPath, parseAppPath } from "./app-path.ts";
import { appUpdate, newApp } from "./app-schema.ts";
import { appFilter } from "./app-search.ts";
import { clientAddress, isYes, json, locationOf, prefersText } from "./http.ts";
import { list, read } from "./play-json.ts";
import { appInfo, type Embed, embeds, endpointLines, freshApp, fullTask, plainTask } from "./views.ts";

const prefix = "/v2/apps/";

/** Everything below `/v2/apps`. */
export function appRoutes(current: () => Runtime): Hono {
  const api = new Hono();

  api.get("/v2/apps", (context) => {
    const runtime = current();
    const { cmd, id, label } = context.req.query();
    const fits = appFilter({ cmd, id, label });
    const embed = embedOf(context, "apps", ["counts", "deployments"]);
    const records = runtime.registry.allApps().filter((record) => fits(record.app));
    return json(context, { apps: records.map((record) => appInfo(runtime, record, embed)) });
  });

  api.post("/v2/apps", async (context) => {
    const runtime = current();
    const wanted = read(newApp, await context.req.text());
    const { app, deployment } = await runtime.apps.create(wanted, isYes(context, "force"));
    announce(context, runtime, app);
    return json(context, freshApp(app, deployment.id), 201, locationOf(context, app.id));
  });

  api.put("/v2/apps", async (context) => {
    const changes = read(list(appUpdate), await context.req.text());
    for (const update of changes) mustBeValid(updateViolations(update));
    const updates = changes.flatMap((update) =>
      update.id === undefined ? [] : [{ id: canonicalId(update.id), update }],
    );
    const [first] = await current().apps.update(updates, isYes(context, "force"));
    if (first === undefined) throw badRequest("No apps in the request");
    return json(context, deploymentResult(first.deployment));
  });

  api.get(`${prefix}*`, (context) => {
    const runtime = current();
    const { registry, scheduler } = runtime;
    const path = pathOf(context);
    const record = registry.app(path.id);
    const embed = embedOf(context, "app", ["counts", "tasks", "lastTaskFailure", "deployments"]);
    switch (path.kind) {
      case "group": {
        const inside = registry.allApps().filter(({ app }) => isInside(app.id, path.id));
        return json(context, { "*": inside.map((other) => appInfo(runtime, other, embed)) });
      }
      case "app":
        if (record === undefined) throw unknownApp(path.id);
        return json(context, { app: appInfo(runtime, record, embed) });
      case "tasks":
      case "groupTasks": {
        if (path.kind === "tasks" && prefersText(context.req.header("accept"))) {
          if (record === undefined) throw unknownApp(path.id);
          return context.text(endpointLines([record.app], registry.tasksOf(path.id)));
        }
        const wanted = (task: MarathonTask) =>
          path.kind === "tasks" ? task.appId === path.id : isInside(task.appId, path.id);
        const tasks = registry.allTasks().filter(wanted);
        // Marathon forgets an app's task list with its last task.
        if (tasks.length === 0) throw unknownApp(path.id);
        return json(context, {
          tasks: tasks.map((task) => fullTask(task, scheduler.health.results(task.id))),
        });
      }
      case "versions":
        if (record === undefined) throw unknownApp(path.id);
        return json(context, { versions: record.versions.map((version) => version.version) });
      case "version": {
        const found = record?.versions.find(({ version }) => version === path.version);
        if (found === undefined) throw notFound(`App '${path.id}' does not exist in version ${path.version}`);
        return json(context, found);
      }
      default:
        throw unknownApp(path.id);
    }
  });

  api.put(`${prefix}*`, async (context) => {
    const runtime = current();
    const path = appIn(context.req.path);
    const update = { ...read(appUpdate, await context.req.text()), id: path.id };
    mustBeValid(updateViolations(update));
    const [changed] = await runtime.apps.update([{ id: path.id, update }], isYes(context, "force"));
    if (changed === undefined) throw unknownApp(path.id);
    announce(context, runtime, changed.app);
    const location = changed.isNew ? locationOf(context, path.id) : {};
    return json(context, deploymentResult(changed.deployment), changed.isNew ? 201 : 200, location);
  });

  api.post(`${prefix}*`, async (context) => {
    const path = parseAppPath(context.req.path.slice(prefix.length));
    return json(context, deploymentResult(await current().apps.restart(path.id, isYes(context, "force"))));
  });

  api.delete(`${prefix}*`, async (context) => {
    const runtime = current();
    const path = pathOf(context);
    if (path.kind === "tasks") return deleteTasks(context, runtime, path.id, undefined);
    if (path.kind === "task") return deleteTasks(context, runtime, path.id, path.taskId);
    const deployment = await runtime.apps.remove(path.id, isYes(context, "force", true));
    return json(context, deploymentResult(deployment));
  });

  return api;
}

async function deleteTasks(context: Context, runtime: Runtime, id: string, taskId: string | undefined) {
  const { registry, scheduler, apps } = runtime;
  if (registry.app(id) === undefined && registry.tasksOf(id).length === 0) throw unknownApp(id);
  const host = context.req.query("host");
  const chosen = registry.tasksOf(id).filter((task) => {
    if (taskId !== undefined) return task.id === taskId;
    return host === undefined || host === "*" || task.host === host;
  });
  if (taskId !== undefined && chosen.length === 0) throw unknownTask(taskId);
  if (isYes(context, "scale"))
    return json(context, deploymentResult(await apps.killAndScale(chosen, [id], isYes(context, "force"))));
  scheduler.kill(chosen);
  const shown = chosen.map(plainTask);
  return json(context, taskId === undefined ? { tasks: shown } : { task: shown[0] });
}

export function deploymentResult(deployment: Deployment): Record<string, string> {
  return { version: deployment.version, deploymentId: deployment.id };
}

function announce(context: Context, runtime: Runtime, app: AppDefinition): void {
  runtime.bus.publish("api_post_event", {
    clientIp: clientAddress(context),
    uri: context.req.path,
    appDefinition: app,
  });
}

function embedOf(context: Context, scope: "app" | "apps", always: readonly Embed[]): ReadonlySet<Embed> {
  const asked = (context.req.queries("embed") ?? []).map((name) =>
    name.replace(new RegExp(`^${scope}\\.`), ""),
  );
  const known = embeds.filter((embed) => asked.includes(embed));
  // An older name for the two together.
  const failures: Embed[] = known.includes("failures") ? ["lastTaskFailure", "tasks"] : [];
  return new Set([...always, ...known, ...failures]);
}

/** What a path means where nothing is restarted. */
function pathOf(context: Context): AppPath {
  const path = parseAppPath(context.req.path.slice(prefix.length));
  return path.kind === "restart" ? appIn(context.req.path) : path;
}

/** The app of a path in which `restart` is no verb but a name. */
function appIn(path: string): { readonly kind: "app"; readonly id: string } {
  return { kind: "app", id: canonicalId(decodeURIComponent(path.slice(prefix.length))) };
}
