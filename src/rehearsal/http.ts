import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { exitCodes, LabError } from "../errors.ts";
import type { Running } from "./running.ts";

/**
 * Serves an application; port 0 takes a free one.
 * Closing also ends the streams that are still open: a stand-in that stops must not wait for its clients.
 * @throws LabError `tool` when the address cannot be bound.
 */
export async function listen(app: Hono, address: { host: string; port: number }): Promise<Running> {
  const server = createAdaptorServer({ fetch: app.fetch });
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
