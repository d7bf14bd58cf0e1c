import { type Context, Hono } from "hono";
import { writtenList, writtenObject } from "../../json/written.ts";
import { conflict, notFound, unknownApp, unknownTask } from "../apps/api-error.ts";
import { newDefinition } from "../apps/app-definition.ts";
import type { AppDefinition, MarathonTask } from "../apps/model.ts";
import { canonicalId, isInside, parentId } from "../apps/path-id.ts";
import { servicePorts } from "../apps/service-ports.ts";
import { timestampOf } from "../apps/timestamp.ts";
import { edited, type Tree } from "../apps/tree.ts";
import { appViolations, mustBeValid, updateViolations } from "../apps/validation.ts";
import type { Runtime } from "../runtime.ts";
import { type AppPath, parseAppPath } from "./app-path.ts";
import { appUpdate, newApp } from "./app-schema.ts";
import { appFilter } from "./app-search.ts";
import { deploymentResult } from "./deployments.ts";
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
    return json(
      context,
      writtenObject({ apps: writtenList(records.map((record) => appInfo(runtime, record, embed))) }),
    );
  });

  api.post("/v2/apps", async (context) => {
    const runtime = current();
    const wanted = read(newApp, await context.req.text());
    const fresh = newDefinition(wanted);
    mustBeValid(appViolations(fresh));
    const plan = await runtime.groups.updateApp(
      fresh.id,
      (known) => {
        if (known !== undefined) throw conflict(`An app with id [${fresh.id}] already exists.`);
        return fresh;
      },
      isYes(context, "force"),
    );
    // As it was asked for: its ports are chosen, but not told yet.
    const app = { ...fresh, ports: servicePorts(fresh), version: plan.version };
    announce(context, runtime, app);
    return json(context, freshApp(app, plan.id), 201, locationOf(context, app.id));
  });

  api.put("/v2/apps", async (context) => {
    const { groups } = current();
    const updates = read(list(appUpdate), await context.req.text());
    for (const update of updates) mustBeValid(updateViolations(update));
    const change = (tree: Tree) =>
      edited(tree, (draft) => {
        for (const update of updates) {
          if (update.id === undefined) continue;
          const id = canonicalId(update.id);
          draft.putApp(valid(groups.updated(id, draft.apps.get(id), update)));
        }
      });
    const plan = await groups.update({ groupId: "/", change, force: isYes(context, "force") });
    return json(context, deploymentResult(plan));
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
        return json(
          context,
          writtenObject({ "*": writtenList(inside.map((other) => appInfo(runtime, other, embed))) }),
        );
      }
      case "app":
        if (record === undefined) throw unknownApp(path.id);
        return json(context, writtenObject({ app: appInfo(runtime, record, embed) }));
      case "tasks":
      case "groupTasks": {
        if (path.kind === "tasks" && prefersText(context.req.header("accept"))) {
          if (record === undefined) throw unknownApp(path.id);
          return context.text(endpointLines([record.app], registry.tasks.of(path.id)));
        }
        const wanted = (task: MarathonTask) =>
          path.kind === "tasks" ? task.appId === path.id : isInside(task.appId, path.id);
        const tasks = registry.tasks.all().filter(wanted);
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
        const wanted = timestampOf(path.version);
        const found = record?.versions.find(({ version }) => version === wanted);
        if (found === undefined) throw notFound(`App '${path.id}' does not exist in version ${wanted}`);
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
    const plan = await runtime.groups.updateApp(
      path.id,
      (known) => valid(runtime.groups.updated(path.id, known, update)),
      isYes(context, "force"),
    );
    const app = plan.target.apps.get(path.id);
    if (app !== undefined) announce(context, runtime, app);
    return plan.original.apps.has(path.id)
      ? json(context, deploymentResult(plan))
      : json(context, deploymentResult(plan), 201, locationOf(context, path.id));
  });

  api.post(`${prefix}*`, async (context) => {
    const path = parseAppPath(context.req.path.slice(prefix.length));
    return json(context, deploymentResult(await current().groups.restart(path.id, isYes(context, "force"))));
  });

  api.delete(`${prefix}*`, async (context) => {
    const runtime = current();
    const path = pathOf(context);
    if (path.kind === "tasks") return deleteTasks(context, runtime, path.id, undefined);
    if (path.kind === "task") return deleteTasks(context, runtime, path.id, path.taskId);
    const change = (tree: Tree) =>
      edited(tree, ({ apps }) => {
        if (!apps.delete(path.id)) throw unknownApp(path.id);
      });
    const force = isYes(context, "force", true);
    const plan = await runtime.groups.update({ groupId: parentId(path.id), change, force });
    return json(context, deploymentResult(plan));
  });

  return api;
}

async function deleteTasks(context: Context, runtime: Runtime, id: string, taskId: string | undefined) {
  const { registry, scheduler, groups } = runtime;
  if (registry.app(id) === undefined && registry.tasks.of(id).length === 0) throw unknownApp(id);
  const host = context.req.query("host");
  const chosen = registry.tasks.of(id).filter((task) => {
    if (taskId !== undefined) return task.id === taskId;
    return host === undefined || host === "*" || task.host === host;
  });
  if (taskId !== undefined && chosen.length === 0) throw unknownTask(taskId);
  if (isYes(context, "scale"))
    return json(context, deploymentResult(await groups.killAndScale(chosen, [id], isYes(context, "force"))));
  scheduler.kill(chosen);
  const shown = chosen.map(plainTask);
  return json(context, taskId === undefined ? { tasks: shown } : { task: shown[0] });
}

/** @throws ApiError 422 */
function valid(app: AppDefinition): AppDefinition {
  mustBeValid(appViolations(app));
  return app;
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
