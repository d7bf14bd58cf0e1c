import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { exitCodes, LabError } from "../../errors.ts";
import type { Running } from "../running.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** The names and addresses under which a client may call this server, `.mesos` for all of a domain; absent: any. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** How long a connection may rest between two requests; absent: for ever, as with libprocess and Go. */
  readonly restMs?: number;
}

/**
 * Serves an application; port 0 takes a free one.
 * Closing also ends the streams that are still open: a stand-in that stops must not wait for its clients.
 * @throws LabError `tool` when the address cannot be bound.
 */
export async function listen(app: Hono, address: ListenAddress): Promise<Running> {
  const { allowedHosts } = address;
  const server = createAdaptorServer({
    fetch: allowedHosts === undefined ? app.fetch : guarded(app.fetch, allowedHosts),
  });
  // Node's own 5 s would close connections that clients keep for their next call.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = address.restMs ?? 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new LabError(`cannot listen on ${address.host}:${address.port}: ${error.message}`, {
          exitCode: exitCodes.tool,
          cause: error,
        }),
      ),
    );
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host}:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

/**
 * Refuses what a page of another site makes a browser send: a foreign `Origin` (a page that posts here), or a foreign
 * `Host` (a page whose name was made to point here after it was loaded).
 */
function guarded(fetch: Hono["fetch"], allowedHosts: readonly string[]): Hono["fetch"] {
  return (request, ...rest) => {
    const host = request.headers.get("host") ?? "";
    const origin = request.headers.get("origin");
    const name = host.replace(/\.?(:\d+)?$/, "").toLowerCase();
    if (!allowedHosts.some((own) => name === own || (own.startsWith(".") && name.endsWith(own))))
      return refused(`the Host header ${JSON.stringify(host)} is not one of this lab`);
    if (origin !== null && origin !== `http://${host}`)
      return refused(`requests from the pages of ${JSON.stringify(origin)} are not taken`);
    return fetch(request, ...rest);
  };
}

function refused(why: string): Response {
  return new Response(`mesos-lab: ${why}\n`, { status: 403, headers: { "content-type": "text/plain" } });
}
