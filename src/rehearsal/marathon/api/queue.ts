import { Hono } from "hono";
import { notFound } from "../apps/api-error.ts";
import { canonicalId } from "../apps/path-id.ts";
import type { Runtime } from "../runtime.ts";
import { json } from "./http.ts";

/** `/v2/queue`: launches that wait, for offers or for the end of a back-off. */
export function queueRoutes(current: () => Runtime): Hono {
  const api = new Hono();
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
    if (match?.[1] === undefined) return context.notFound();
    const name = decodeURIComponent(match[1]);
    const { registry, scheduler } = current();
    const app = registry.app(canonicalId(name))?.app;
    if (app === undefined || scheduler.missing(app) === 0)
      throw notFound(`application ${name} not found in task queue`);
    scheduler.resetDelay(app);
    return context.body(null, 204);
  });
  return api;
}
