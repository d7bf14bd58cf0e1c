import { type Context, Hono } from "hono";

/** What an endpoint answers, whatever the method is: libprocess leaves methods to the endpoints. */
export type Endpoint = (context: Context) => Response | Promise<Response>;

/** By process and then by name: `master` has `state.json`. The name "" is the process itself. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

/**
 * Finds endpoints as libprocess does: the first part of a path names a process, or else the request is for `delegate`;
 * of the rest the longest beginning that is an endpoint answers. A slash at the end leads nowhere.
 */
export function libprocessRoutes(endpoints: Endpoints, delegate: string): Hono {
  const app = new Hono();
  app.all("*", (context) => {
    const path = new URL(context.req.url).pathname;
    const [, first = "", rest = ""] = /^\/+([^/]*)(.*)$/.exec(path) ?? [];
    const id = decode(first);
    const own = Object.hasOwn(endpoints, id);
    const endpoint = endpointOf(endpoints[own ? id : delegate] ?? {}, own ? rest : path);
    return endpoint?.(context) ?? context.body(null, 404);
  });
  return app;
}

function endpointOf(known: Endpoints[string], path: string): Endpoint | undefined {
  for (let name = path.replace(/^\/+/, ""); ; name = parentOf(name)) {
    if (Object.hasOwn(known, name)) return known[name];
    if (name === "") return undefined;
    // Below an endpoint everything is that endpoint's; the process itself has nothing below it.
    if (parentOf(name) === "") return undefined;
  }
}

function parentOf(name: string): string {
  const trimmed = name.replace(/\/+$/, "");
  return trimmed.slice(0, Math.max(0, trimmed.lastIndexOf("/")));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** JSON, or a script that hands it to a function where `?jsonp=name` asks for that. */
export function jsonAnswer(context: Context, value: unknown): Response {
  const text = JSON.stringify(value);
  const callback = context.req.query("jsonp");
  if (callback === undefined) return context.body(text, 200, { "content-type": "application/json" });
  return context.body(`${callback}(${text});`, 200, { "content-type": "text/javascript" });
}

/** A sentence with a status that is not one of success. */
export function refusal(
  context: Context,
  status: 400 | 403 | 405 | 406 | 410 | 415 | 503,
  words: string,
): Response {
  return context.text(words, status);
}
