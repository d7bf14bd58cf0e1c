import { Hono } from "hono";
import { badRequest } from "../apps/api-error.ts";
import { eventStream } from "../events/event-stream.ts";
import type { Runtime } from "../runtime.ts";
import { clientAddress, errorPage, json } from "./http.ts";

/** `/v2/events` and `/v2/eventSubscriptions` */
export function eventRoutes(current: () => Runtime): Hono {
  const api = new Hono();

  // A servlet of Jetty, not a resource of Jersey: its errors are pages.
  api.all("/v2/events", (context) => {
    const accepts = (context.req.header("accept") ?? "").includes("text/event-stream");
    if (context.req.method !== "GET" || !accepts) {
      const words = `HTTP method ${context.req.method} is not supported by this URL`;
      return context.html(errorPage(405, words), 405);
    }
    const body = eventStream(current().bus, clientAddress(context));
    return context.body(body, 200, { "content-type": "text/event-stream;charset=UTF-8" });
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
      return json(context, bus.tell("subscribe_event", fields).json);
    }
    await callbacks.unsubscribe(callbackUrl);
    return json(context, bus.tell("unsubscribe_event", fields).json);
  });
  return api;
}
