import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { LabError } from "../../errors.ts";
import { readFrames, writeFrame } from "./frames.ts";
import type { Transport } from "./respond.ts";

export type Respond = (message: Buffer, transport: Transport) => Promise<Buffer | undefined>;

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A client that says nothing for this long is cut off. */
const idleMs = 10_000;

/** A free port of UDP is not always one of TCP. */
const portTries = 10;

/** Serves DNS over UDP and TCP at one port; 0 takes a free one. @throws LabError `tool` when it cannot be bound. */
export async function serveDns(
  address: { readonly host: string; readonly port: number },
  respond: Respond,
): Promise<DnsServer> {
  for (let left = address.port === 0 ? portTries : 1; ; left -= 1) {
    const udp = createSocket("udp4");
    const tcp = createServer();
    try {
      const port = await bind(udp, tcp, address);
      return running(udp, tcp, port, respond);
    } catch (error) {
      udp.close();
      tcp.close();
      if (left > 1) continue;
      throw new LabError(
        "cannot-listen",
        `cannot listen on ${address.host}:${address.port} for DNS: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
}

async function bind(
  udp: UdpSocket,
  tcp: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(port, host, resolve);
  });
  const bound = udp.address().port;
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(bound, host, resolve);
  });
  return (tcp.address() as AddressInfo).port;
}

function running(udp: UdpSocket, tcp: Server, port: number, respond: Respond): DnsServer {
  const sockets = new Set<Socket>();
  let closed = false;
  // A client that is gone is no fault of the server's.
  udp.removeAllListeners("error").on("error", () => undefined);
  udp.on("message", async (message, { address, port: from }) => {
    const reply = await respond(message, "udp");
    if (reply !== undefined && !closed) udp.send(reply, from, address, () => undefined);
  });
  tcp.on("connection", (socket) => {
    sockets.add(socket);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    readFrames(socket, async (message) => {
      const reply = await respond(message, "tcp");
      if (reply !== undefined && !socket.destroyed) writeFrame(socket, reply);
    });
  });
  return {
    port,
    close: async () => {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}
