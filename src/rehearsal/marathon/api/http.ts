import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Written } from "../../json/written.ts";

/** As Jersey writes the type that Marathon prefers. */
const jsonType = "application/json; qs=2";

export function json(
  context: Context,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  for (const [name, value] of Object.entries({ "content-type": jsonType, ...headers }))
    context.header(name, value);
  const text = body instanceof Written ? body.bytes : JSON.stringify(body);
  return context.body(text, status as ContentfulStatusCode);
}

/** Where something new is: the request's path with its id behind it, even if the id is in that path already. */
export function locationOf(context: Context, id: string): Record<string, string> {
  return { location: `${new URL(context.req.url).origin}${context.req.path}${id}` };
}

/** True for the values that Marathon's query parameters count as yes. */
export function isYes(context: Context, name: string, otherwise = false): boolean {
  const value = context.req.query(name);
  return value === undefined ? otherwise : value.toLowerCase() === "true";
}

/** True when the client asks for text and not for JSON, which is preferred otherwise. */
export function prefersText(accept: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of (accept ?? "*/*").split(",")) {
    const [type = "", ...parameters] = part.trim().toLowerCase().split(";");
    const q = parameters
      .map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1])
      .find((value) => value !== undefined);
    weights.set(type.trim(), Number(q ?? 1));
  }
  const weight = (...types: string[]) =>
    types.map((type) => weights.get(type)).find((q) => q !== undefined) ?? 0;
  return weight("text/plain", "text/*", "*/*") > weight("application/json", "application/*", "*/*");
}

export function clientAddress(context: Context): string {
  const bindings = context.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return (bindings?.incoming?.socket?.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

/** An error as Jetty shows it. */
export function errorPage(status: number, message: string): string {
  return (
    `<html><head><title>Error ${status} ${message}</title></head><body>` +
    `<h2>HTTP ERROR: ${status}</h2><p>Reason:<pre>    ${message}</pre></p>` +
    "<hr><i>mesos-lab rehearsal of Marathon</i></body></html>\n"
  );
}
