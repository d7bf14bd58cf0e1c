import type { Socket } from "node:net";
import zookeeper, { type Client, type Stat } from "node-zookeeper-client";

/** The one file that knows the inside of node-zookeeper-client, which is pinned: what it cannot do by itself. */

export type { Client, Stat };
export const { CreateMode } = zookeeper;

export interface ConnectOptions {
  readonly sessionTimeoutMs: number;
  /** Between two attempts to connect. */
  readonly retryDelayMs: number;
}

/** A client that has not connected yet. */
export function createClient(servers: string, { sessionTimeoutMs, retryDelayMs }: ConnectOptions): Client {
  const client = zookeeper.createClient(servers, {
    sessionTimeout: sessionTimeoutMs,
    spinDelay: retryDelayMs,
    retries: 0,
  });
  retryUnanswered(client, 5 * retryDelayMs, sessionTimeoutMs);
  return client;
}

/** Connects; false when that took too long or was given up. */
export function connected(
  client: Client,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      resolve(answer);
    };
    const giveUp = () => finish(false);
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    client.once("connected", () => finish(true));
    client.connect();
  });
}

export function isConnected(client: Client): boolean {
  return client.getState() === zookeeper.State.SYNC_CONNECTED;
}

/**
 * A server that is just starting takes connections before it can serve, and never answers them. The library would wait
 * for that answer until the session is over: a connection without one is dropped here, and made anew.
 */
function retryUnanswered(client: Client, firstMs: number, longestMs: number): void {
  const { connectionManager: manager } = client as unknown as { connectionManager: ConnectionManager };
  const { onSocketConnected } = manager;
  let waitMs = firstMs;
  manager.onSocketConnected = () => {
    onSocketConnected.call(manager);
    const { socket } = manager;
    const timer = setTimeout(() => socket?.destroy(), waitMs);
    waitMs = Math.min(2 * waitMs, longestMs);
    socket?.once("data", () => {
      clearTimeout(timer);
      waitMs = firstMs;
    });
    socket?.once("close", () => clearTimeout(timer));
  };
}

/** Of node-zookeeper-client 1.1.3, which is pinned. */
interface ConnectionManager {
  socket?: Socket;
  connectTimeoutHandler?: NodeJS.Timeout;
  onSocketConnected: () => void;
}

/**
 * Drops a client without a goodbye. The library's own `close` is for connected clients only: one that is just connecting
 * goes on, takes the answer to its connect request for something else, and throws where nobody can catch it.
 */
export function abandon(client: Client): void {
  const { connectionManager: manager } = client as unknown as { connectionManager: ConnectionManager };
  manager.onSocketConnected = () => manager.socket?.destroy();
  client.close();
  clearTimeout(manager.connectTimeoutHandler);
  manager.socket?.destroy();
}

/** Why an operation failed, where ZooKeeper says it. */
export function failureOf(error: unknown): "connection lost" | "no node" | "node exists" | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === zookeeper.Exception.CONNECTION_LOSS) return "connection lost";
  if (code === zookeeper.Exception.NO_NODE) return "no node";
  return code === zookeeper.Exception.NODE_EXISTS ? "node exists" : undefined;
}
