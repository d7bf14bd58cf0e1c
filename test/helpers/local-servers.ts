import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface LocalServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** An HTTP server on a free loopback port, gone when the test ends. */
export function serveHttp(listener: RequestListener, host = "127.0.0.1"): Promise<LocalServer> {
  return listen(createHttpServer(listener), host);
}

/** A TCP server on a free loopback port, gone when the test ends. */
export function serveTcp(onSocket: (socket: Socket) => void, host = "127.0.0.1"): Promise<LocalServer> {
  return listen(
    createNetServer((socket) => {
      // The other side may cut the connection at any moment: that is what these tests are about.
      socket.on("error", () => undefined);
      onSocket(socket);
    }),
    host,
  );
}

/** A loopback port where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: Server, host: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { host, port, url: `http://${host}:${port}` };
}
