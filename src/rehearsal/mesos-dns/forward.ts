import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { readFrames, writeFrame } from "./frames.ts";
import type { Forward } from "./respond.ts";

/** Asks the resolvers one after the other, each for at most `timeoutMs`; the first that answers is believed. */
export function forwarder(resolvers: readonly string[], timeoutMs: number): Forward | undefined {
  if (resolvers.length === 0) return undefined;
  return async (query, transport) => {
    let last: unknown;
    for (const resolver of resolvers) {
      const [, host = resolver, port = "53"] = /^([^:]+):(\d+)$/.exec(resolver) ?? [];
      const ask = transport === "udp" ? askUdp : askTcp;
      try {
        return await ask(query, { host, port: Number(port) }, timeoutMs);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };
}

interface Peer {
  readonly host: string;
  readonly port: number;
}

function askUdp(query: Buffer, { host, port }: Peer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const end = (act: () => void) => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`${host} does not answer`))), timeoutMs);
    socket.once("error", (error) => end(() => reject(error)));
    socket.on("message", (reply) => {
      if (reply.length >= 12 && reply.readUInt16BE(0) === query.readUInt16BE(0)) end(() => resolve(reply));
    });
    // Connected: only what the resolver itself sends gets through.
    socket.connect(port, host, () => socket.send(query));
  });
}

function askTcp(query: Buffer, { host, port }: Peer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => writeFrame(socket, query));
    const timer = setTimeout(() => socket.destroy(new Error(`${host} does not answer`)), timeoutMs);
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new Error(`${host} hung up`));
    });
    readFrames(socket, (reply) => {
      resolve(reply);
      socket.destroy();
    });
  });
}
