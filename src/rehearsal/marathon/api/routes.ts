import { Hono } from "hono";
import { pageRoutes } from "../../pages/page.ts";
import { ApiError } from "../apps/api-error.ts";
import { appRoutes } from "./apps.ts";
import { json } from "./http.ts";
import { leaderFilter } from "./leader-filter.ts";
import { miscRoutes } from "./misc.ts";
import type { ApiParts } from "./parts.ts";
import { taskRoutes } from "./tasks.ts";

/** Marathon 0.15's HTTP API. Every path is answered by the leader. */
export function marathonApi(parts: ApiParts): Hono {
  const api = new Hono();
  api.use("*", leaderFilter(parts));
  api.onError((error, context) => {
    if (error instanceof ApiError) return json(context, error.body, error.status);
    return json(context, { message: error.message }, 500);
  });
  api.notFound((context) => json(context, { message: `URI not found: ${context.req.path}` }, 404));
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
  api.route("/", miscRoutes(parts, runtime));
  return api;
}
