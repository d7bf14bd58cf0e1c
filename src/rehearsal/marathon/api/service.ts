import { Hono } from "hono";
import { notFound } from "../apps/api-error.ts";
import type { Runtime } from "../runtime.ts";
import { json } from "./http.ts";
import { marathonInfo } from "./info.ts";
import type { ApiParts } from "./parts.ts";

/** What is about this Marathon itself. */
export function serviceRoutes(parts: ApiParts, current: () => Runtime): Hono {
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
  return api;
}
