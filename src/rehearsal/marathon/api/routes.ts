import { Hono } from "hono";
import { pageRoutes } from "../../pages/page.ts";
import { ApiError } from "../apps/api-error.ts";
import { appRoutes } from "./apps.ts";
import { besideRoutes } from "./beside.ts";
import { deploymentRoutes } from "./deployments.ts";
import { eventRoutes } from "./events.ts";
import { groupRoutes } from "./groups.ts";
import { json } from "./http.ts";
import { leaderFilter } from "./leader-filter.ts";
import type { ApiParts } from "./parts.ts";
import { queueRoutes } from "./queue.ts";
import { resourceFilter, withoutEndingSlash } from "./resources.ts";
import { serviceRoutes } from "./service.ts";
import { taskRoutes } from "./tasks.ts";

const notToBeKept = {
  "Cache-Control": "no-cache, no-store, must-revalidate",
  Pragma: "no-cache",
  Expires: "0",
};

/** Marathon 0.15's HTTP API. Every path is answered by the leader. */
export function marathonApi(parts: ApiParts): Hono {
  const api = new Hono({
    getPath: (request) => withoutEndingSlash(new URL(request.url).pathname),
  });
  api.use("*", leaderFilter(parts));
  api.use("*", async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(notToBeKept)) context.res.headers.set(name, value);
  });
  api.use("*", resourceFilter);
  const plain = { "content-type": "application/json" };
  api.onError((error, context) => {
    if (error instanceof ApiError) return json(context, error.body, error.status, plain);
    return json(context, { message: error.message }, 500, plain);
  });
  api.notFound((context) => {
    const { pathname } = new URL(context.req.url);
    return json(context, { message: `URI not found: ${pathname}` }, 404, plain);
  });
  api.get("/", (context) => context.redirect("ui/", 302));
  api.get("/ui", (context) => context.redirect("/ui/", 302));
  pageRoutes(api, "/ui/", "marathon");
  const runtime = () => {
    const current = parts.runtime();
    if (current === undefined) throw new ApiError(503, { message: "Could not determine the current leader" });
    return current;
  };
  api.route("/", appRoutes(runtime));
  api.route("/", taskRoutes(runtime));
  api.route("/", groupRoutes(runtime));
  api.route("/", deploymentRoutes(runtime));
  api.route("/", queueRoutes(runtime));
  api.route("/", eventRoutes(runtime));
  api.route("/", serviceRoutes(parts, runtime));
  api.route("/", besideRoutes(runtime, performance.now()));
  return api;
}
