import { createServer } from "node:net";

/** Whether an address can be listened on. HAProxy's own check of a configuration does not try that. */
export function isFree(host: string, port: number): Promise<boolean> {
  if (port < 1 || port > 65_535) return Promise.resolve(false);
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: host === "*" ? "0.0.0.0" : host, exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}
