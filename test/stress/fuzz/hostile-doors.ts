import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { hostileAnswer } from "./hostile.ts";
import { damaged, type Random } from "./random.ts";

/** How hostile the doors are at the moment, and how often they were. */
export interface Mood {
  random: Random;
  /** Of the answers, how many are not passed on as they are. */
  share: number;
  hostile: number;
}

/** Stands before a service: passes on what it is asked, and not always what is answered. */
export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

type Place = { readonly host: string; readonly port: number };

const isHostile = (mood: Mood) => {
  const hostile = mood.random.chance(mood.share);
  if (hostile) mood.hostile += 1;
  return hostile;
};

export async function httpDoor(place: Place, mood: Mood): Promise<Door> {
  const server = createHttpServer((asked, answer) => {
    const { method, url, headers } = asked;
    const onward = request({ ...place, method, path: url, headers, agent: false }, async (honest) => {
      if (/event-stream/.test(honest.headers["content-type"] ?? ""))
        return stream(honest, asked.socket, mood);
      const body = await buffer(honest).catch(() => Buffer.alloc(0));
      const { statusCode: status = 200, headers: sent } = honest;
      const { random } = mood;
      if (!isHostile(mood)) {
        const { connection: _, "transfer-encoding": __, ...kept } = sent;
        answer.writeHead(status, { ...kept, "content-length": body.length, connection: "close" }).end(body);
      } else if (random.chance(0.04)) asked.socket.resetAndDestroy();
      // Nothing, for as long as the client has patience.
      else if (random.chance(0.98))
        asked.socket.end(hostileAnswer({ status, type: sent["content-type"] ?? "", body }, random));
    });
    onward.on("error", () => asked.socket.destroy());
    asked.pipe(onward);
  });
  return listening(server, place);
}

/** A stream of events, of which some parts are damaged on the way. */
function stream(honest: IncomingMessage, socket: Socket, mood: Mood): void {
  socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
  honest.on("data", (part: Buffer) => socket.write(isHostile(mood) ? damaged(part, mood.random) : part));
  honest.on("error", () => socket.destroy());
  honest.on("end", () => socket.end());
  socket.on("close", () => honest.destroy());
}

/** For what is not HTTP: ZooKeeper, and DNS over TCP. */
export async function tcpDoor(place: Place, mood: Mood): Promise<Door> {
  const server = createServer((client) => {
    const onward = connect(place);
    client.pipe(onward);
    onward.on("data", (part: Buffer) => client.write(isHostile(mood) ? damaged(part, mood.random) : part));
    onward.on("end", () => client.end());
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  return listening(server, place);
}

/** DNS: the same port over UDP and TCP. */
export async function dnsDoor(place: Place, mood: Mood): Promise<Door> {
  const tcp = await tcpDoor(place, mood);
  const udp = createSocket("udp4");
  udp.bind(tcp.port, place.host);
  await once(udp, "listening");
  udp.on("message", async (query, { address, port }) => {
    const onward = createSocket("udp4");
    onward.send(query, place.port, place.host);
    const timer = setTimeout(() => onward.close(), 2_000);
    onward.on("message", (reply) => {
      clearTimeout(timer);
      onward.close();
      udp.send(isHostile(mood) ? damaged(reply, mood.random) : reply, port, address);
    });
  });
  return {
    port: tcp.port,
    close: async () => {
      udp.close();
      await tcp.close();
    },
  };
}

async function listening(server: Server, { host }: Place): Promise<Door> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
