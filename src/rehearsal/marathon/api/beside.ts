import { Hono } from "hono";
import { unprocessable } from "../apps/api-error.ts";
import type { Runtime } from "../runtime.ts";
import { appJsonSchema } from "./app-json-schema.ts";
import { json } from "./http.ts";

/** What 0.15.0 has beside its API: most of it is chaos 0.8.3's. */
export function besideRoutes(current: () => Runtime, startedAt: number): Hono {
  const api = new Hono();
  let isOn = true;
  api.get("/v2/schemas/app", (context) => json(context, appJsonSchema));
  // As without --artifact_store, which is no flag of the stand-in.
  api.all("/v2/artifacts/:path{.*}?", () => {
    throw unprocessable("No storage provider available to load/persist artifacts. Configuration problem?");
  });
  api.get("/help", (context) => context.redirect("api-console/index.html", 302));
  api.get("/metrics", (context) =>
    json(context, metrics(current(), startedAt), 200, { "content-type": "application/json" }),
  );
  api.get("/logging", (context) =>
    context.html(
      "<html><body><p>mesos-lab rehearsal of Marathon: its log has one level.</p></body></html>\n",
    ),
  );
  api.get("/status", (context) => context.text(isOn ? "on\n" : "off\n"));
  api.get("/status/*", (context) => context.text(isOn ? "on\n" : "off\n"));
  api.post("/status/:word{on|off}", (context) => {
    isOn = context.req.param("word") === "on";
    return context.body(null, 204);
  });
  return api;
}

/** In the form of Dropwizard's servlet; the gauges are those that can be counted here. */
function metrics({ registry }: Runtime, startedAt: number) {
  const tasks = registry.tasks.all();
  const staged = tasks.filter(({ startedAt: at }) => at === null).length;
  const gauges = {
    "service.mesosphere.marathon.app.count": registry.tree.apps.size,
    "service.mesosphere.marathon.group.count": registry.tree.groups.size,
    "service.mesosphere.marathon.task.running.count": tasks.length - staged,
    "service.mesosphere.marathon.task.staged.count": staged,
    "service.mesosphere.marathon.uptime": Math.round(performance.now() - startedAt),
  };
  const values = Object.entries(gauges).map(([name, value]) => [name, { value }] as const);
  return {
    version: "3.0.0",
    gauges: Object.fromEntries(values),
    ...{ counters: {}, histograms: {}, meters: {}, timers: {} },
  };
}
