import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { LabError } from "../../errors.ts";
import type { Running } from "../running.ts";
import { type Callers, type Gate, gate, noteAccepted, tellable } from "./callers.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Absent: any. */
  readonly callers?: Callers | undefined;
  /** How long a connection may rest between two requests; absent: for ever, as with libprocess and Go. */
  readonly restMs?: number;
}

/**
 * Serves an application; port 0 takes a free one.
 * Closing also ends the streams that are still open: a stand-in that stops must not wait for its clients.
 * @throws LabError `tool` when the address cannot be bound.
 */
export async function listen(app: Hono, address: ListenAddress): Promise<Running> {
  const { callers } = address;
  let refusalOf: Gate = gate({ hosts: [], users: [] });
  const server = createAdaptorServer({
    // In HTTP/1.0 a request needs no Host: HAProxy's checks have none.
    hostname: address.host,
    fetch: callers === undefined ? app.fetch : guarded(app.fetch, () => refusalOf),
  });
  if (callers !== undefined) server.on("connection", noteAccepted);
  // Node's own 5 s would close connections that clients keep for their next call.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = address.restMs ?? 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new LabError("cannot-listen", `cannot listen on ${address.host}:${address.port}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  if (callers !== undefined) refusalOf = gate(tellable(callers, { host: address.host, port }));
  return {
    url: `http://${address.host}:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function guarded(fetch: Hono["fetch"], gateNow: () => Gate): Hono["fetch"] {
  return (request, env, ...rest) => {
    const { incoming } = env as Partial<HttpBindings>;
    const why = gateNow()(request, incoming?.socket);
    return why === undefined ? fetch(request, env, ...rest) : refused(why);
  };
}

function refused(why: string): Response {
  return new Response(`mesos-lab: ${why}\n`, { status: 403, headers: { "content-type": "text/plain" } });
}
