import { spawn } from "node:child_process";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";
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

/** A loopback port whose connections never open, like those to a machine that is gone: its queue is full and nobody takes from it. */
export async function blackHole(): Promise<number> {
  // In a process of its own, because Node takes connections as soon as its event loop turns.
  const script = `require("node:net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, function () {
    require("node:fs").writeSync(1, String(this.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const port = Number(await new Promise((resolve) => holder.stdout.once("data", resolve)));
  const fillers = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  onTestFinished(async () => {
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await ended;
    for (const filler of fillers) filler.destroy();
  });
  return port;
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
