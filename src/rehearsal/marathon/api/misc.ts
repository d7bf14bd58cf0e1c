import { Hono } from "hono";
import { ApiError, badRequest, notFound } from "../apps/api-error.ts";
import { groupTree } from "../apps/groups.ts";
import { canonicalId } from "../apps/path-id.ts";
import { timestamp } from "../apps/timestamp.ts";
import { deploymentInfo } from "../deployments/deployments.ts";
import { eventStream } from "../events/event-stream.ts";
import type { Runtime } from "../runtime.ts";
import { deploymentResult } from "./apps.ts";
import { clientAddress, isYes, json } from "./http.ts";
import { marathonInfo } from "./info.ts";
import type { ApiParts } from "./parts.ts";

/** Everything that is not below `/v2/apps` or `/v2/tasks`. */
export function miscRoutes(parts: ApiParts, current: () => Runtime): Hono {
  const api = new Hono();

  api.get("/ping", (context) => context.text("pong\n"));
  api.get("/v2/info", (context) => json(context, marathonInfo(parts, current().registry.frameworkId)));
  api.get("/v2/leader", (context) => {
    const { leader } = parts.leadership();
    if (leader === undefined) throw notFound("There is no leader");
    return json(context, { leader });
  });
  api.delete("/v2/leader", async (context) => {
    await parts.abdicate();
    return json(context, { message: "Leadership abdicated" });
  });

  api.get("/v2/deployments", (context) => json(context, current().deployments.list().map(deploymentInfo)));
  api.delete("/v2/deployments/:id", async (context) => {
    const { deployments, apps } = current();
    const id = context.req.param("id");
    const deployment = deployments.list().find((other) => other.id === id);
    if (deployment === undefined) throw notFound(`DeploymentPlan ${id} does not exist`);
    const started = await apps.cancel(deployment, isYes(context, "force"));
    return started === undefined ? context.body(null, 202) : json(context, deploymentResult(started));
  });

  api.get("/v2/queue", (context) => {
    const { registry, scheduler } = current();
    const now = performance.now();
    const queue = registry
      .definitions()
      .map((app) => ({ app, count: scheduler.missing(app), leftMs: scheduler.delays.deadline(app) - now }))
      .filter(({ count }) => count > 0)
      .map(({ app, count, leftMs }) => ({
        app,
        count,
        delay: { timeLeftSeconds: Math.max(0, Math.floor(leftMs / 1000)), overdue: leftMs < 0 },
      }));
    return json(context, { queue });
  });
  api.delete("/v2/queue/*", (context) => {
    const match = /^\/v2\/queue\/(.+)\/delay$/.exec(context.req.path);
    if (match?.[1] === undefined) throw notFound(`URI not found: ${context.req.path}`);
    const name = decodeURIComponent(match[1]);
    const { registry, scheduler } = current();
    const app = registry.app(canonicalId(name))?.app;
    if (app === undefined || scheduler.missing(app) === 0)
      throw notFound(`application ${name} not found in task queue`);
    scheduler.resetDelay(app);
    return context.body(null, 204);
  });

  api.get("/v2/events", (context) => {
    if (!(context.req.header("accept") ?? "").includes("text/event-stream"))
      throw new ApiError(405, { message: "Method Not Allowed: ask with Accept: text/event-stream" });
    const body = eventStream(current().bus, clientAddress(context));
    context.header("content-type", "text/event-stream;charset=UTF-8");
    return context.body(body);
  });

  api.on(["GET", "POST", "DELETE"], "/v2/eventSubscriptions", async (context) => {
    const { callbacks, bus } = current();
    if (callbacks === undefined)
      throw badRequest(
        "http event callback system is not running on this Marathon instance. " +
          'Please re-start this instance with "--event_subscriber http_callback".',
      );
    if (context.req.method === "GET") return json(context, { callbackUrls: callbacks.list() });
    const callbackUrl = context.req.query("callbackUrl") ?? "";
    if (!URL.canParse(callbackUrl)) throw badRequest(`The callbackUrl '${callbackUrl}' is not a URL`);
    const fields = { clientIp: clientAddress(context), callbackUrl };
    if (context.req.method === "POST") {
      await callbacks.subscribe(callbackUrl);
      return json(context, bus.publish("subscribe_event", fields));
    }
    await callbacks.unsubscribe(callbackUrl);
    return json(context, bus.publish("unsubscribe_event", fields));
  });

  api.on(["GET"], ["/v2/groups", "/v2/groups/*"], (context) => {
    const id = canonicalId(decodeURIComponent(context.req.path.slice("/v2/groups".length)));
    const apps = current().registry.definitions();
    const version =
      apps
        .map((app) => app.version)
        .sort()
        .at(-1) ?? timestamp(0);
    const group = groupTree(apps, version, id);
    if (id !== "/" && group.apps.length + group.groups.length === 0)
      throw notFound(`Group '${id}' does not exist`);
    return json(context, group);
  });
  api.all("/v2/groups/*", () => {
    throw new ApiError(501, {
      message: "The mesos-lab rehearsal of Marathon changes apps only through /v2/apps",
    });
  });
  return api;
}
