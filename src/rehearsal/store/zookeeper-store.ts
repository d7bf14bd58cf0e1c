import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import zookeeper, { type Client, type Stat } from "node-zookeeper-client";
import { exitCodes, LabError } from "../../errors.ts";
import type { Store } from "./store.ts";

export interface ZooKeeperOptions {
  readonly sessionTimeoutMs?: number;
  /** Between two attempts to connect. */
  readonly retryDelayMs?: number;
  readonly log?: (line: string) => void;
  /** Gives up waiting for a server. */
  readonly signal?: AbortSignal;
}

type Done<T> = (error: unknown, value?: T) => void;

/**
 * A session with ZooKeeper. Waits for as long as it takes until a server answers, like Mesos does.
 * @throws LabError `interrupted` when the signal ends the wait.
 */
export async function openZooKeeperStore(servers: string, options: ZooKeeperOptions = {}): Promise<Store> {
  const { sessionTimeoutMs = 10_000, retryDelayMs = 500, signal } = options;
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  for (;;) {
    if (signal?.aborted) {
      throw new LabError(`gave up waiting for ZooKeeper at ${servers}`, { exitCode: exitCodes.interrupted });
    }
    const client = zookeeper.createClient(servers, {
      sessionTimeout: sessionTimeoutMs,
      spinDelay: retryDelayMs,
      retries: 0,
    });
    retryUnanswered(client, 5 * retryDelayMs, sessionTimeoutMs);
    if (await connected(client, sessionTimeoutMs, signal))
      return new ZooKeeperStore(client, sessionTimeoutMs);
    abandon(client);
    if (!signal?.aborted)
      log(`ZooKeeper at ${servers} did not answer within ${sessionTimeoutMs} ms, trying again`);
  }
}

function connected(client: Client, timeoutMs: number, signal: AbortSignal | undefined): Promise<boolean> {
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

class ZooKeeperStore implements Store {
  private readonly client: Client;
  private readonly sessionTimeoutMs: number;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly lostCallbacks: (() => void)[] = [];
  private readonly refreshers = new Set<() => void>();
  private readonly gone: Promise<never>;
  private endWaiting: (error: Error) => void = () => {};
  private lastHeard = Date.now();
  private state: "open" | "lost" | "closed" = "open";

  constructor(client: Client, sessionTimeoutMs: number) {
    this.client = client;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.gone = new Promise((_resolve, reject) => {
      this.endWaiting = reject;
    });
    this.gone.catch(() => {});
    client.on("connected", () => {
      this.lastHeard = Date.now();
      // The library sets its watches again, but a change that it slept through may have been told to nobody.
      for (const refresh of this.refreshers) refresh();
    });
    client.on("expired", () => this.lose());
    this.heartbeat = setInterval(() => this.beat(), sessionTimeoutMs / 3);
  }

  /**
   * A server that is gone or frozen cannot say that the session has expired, and the library never times out on
   * its own: after a session timeout of silence the session counts as lost, as in Mesos.
   */
  private beat(): void {
    if (Date.now() - this.lastHeard > this.sessionTimeoutMs) {
      this.lose();
      return;
    }
    this.client.exists("/", (error) => {
      if (!error) this.lastHeard = Date.now();
    });
  }

  private lose(): void {
    if (this.state !== "open") return;
    this.end("lost");
    abandon(this.client);
    for (const callback of this.lostCallbacks) callback();
  }

  private end(state: "lost" | "closed"): void {
    this.state = state;
    clearInterval(this.heartbeat);
    this.refreshers.clear();
    this.endWaiting(new LabError(`the ZooKeeper session was ${state}`, { exitCode: exitCodes.tool }));
  }

  /** Repeats an operation that may be repeated, for as long as the session lives. */
  private async call<T>(operation: (done: Done<T>) => void): Promise<T> {
    for (;;) {
      try {
        return await Promise.race([this.once(operation), this.gone]);
      } catch (error) {
        if (this.state !== "open" || codeOf(error) !== zookeeper.Exception.CONNECTION_LOSS) throw error;
        await Promise.race([sleep(100), this.gone]);
      }
    }
  }

  private once<T>(operation: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      operation((error, value) => (error ? reject(error) : resolve(value as T)));
    });
  }

  async get(path: string): Promise<string | undefined> {
    const data = await orWhenMissing(
      this.call<Buffer>((done) => this.client.getData(path, done)),
      undefined,
    );
    return data?.toString("utf8");
  }

  async set(path: string, data: string): Promise<void> {
    const bytes = Buffer.from(data);
    const replaced = await orWhenMissing(
      this.call<Stat>((done) => this.client.setData(path, bytes, done)),
      undefined,
    );
    if (replaced !== undefined) return;
    await this.makeParents(path);
    try {
      await this.call((done: Done<string>) => this.client.create(path, bytes, done));
    } catch (error) {
      if (codeOf(error) !== zookeeper.Exception.NODE_EXISTS) throw error;
      // Somebody else was quicker, or our own first try did arrive.
      await this.call<Stat>((done) => this.client.setData(path, bytes, done));
    }
  }

  async remove(path: string): Promise<boolean> {
    return orWhenMissing(
      this.call<void>((done) => this.client.remove(path, done)).then(() => true),
      false,
    );
  }

  async children(path: string): Promise<string[]> {
    const names = await orWhenMissing(
      this.call<string[]>((done) => this.client.getChildren(path, done)),
      [],
    );
    return [...names].sort();
  }

  async createEphemeral(prefix: string, data: string): Promise<string> {
    await this.makeParents(prefix);
    const mode = zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL;
    for (;;) {
      try {
        return await Promise.race([
          this.once<string>((done) => this.client.create(prefix, Buffer.from(data), mode, done)),
          this.gone,
        ]);
      } catch (error) {
        if (this.state !== "open" || codeOf(error) !== zookeeper.Exception.CONNECTION_LOSS) throw error;
        // The answer was lost, not necessarily the request: a second node would be a second candidate.
        const made = await this.findOwn(prefix, data);
        if (made !== undefined) return made;
      }
    }
  }

  private async findOwn(prefix: string, data: string): Promise<string | undefined> {
    const parent = parentOf(prefix);
    for (const name of await this.children(parent)) {
      const path = join(parent, name);
      if (!path.startsWith(prefix)) continue;
      const stat = await orWhenMissing(
        this.call<Stat>((done) => this.client.exists(path, done)),
        undefined,
      );
      if (stat?.ephemeralOwner.equals(this.client.getSessionId()) && (await this.get(path)) === data)
        return path;
    }
    return undefined;
  }

  watchChildren(path: string, onChange: (names: string[]) => void): () => void {
    let last: string | undefined;
    let reading = false;
    let dirty = false;
    const refresh = () => {
      dirty = true;
      if (!reading) void read();
    };
    const read = async () => {
      reading = true;
      while (dirty && this.refreshers.has(refresh)) {
        dirty = false;
        const names = await this.childrenWatched(path, refresh).catch(() => undefined);
        if (names === undefined || !this.refreshers.has(refresh) || JSON.stringify(names) === last) continue;
        last = JSON.stringify(names);
        onChange(names);
      }
      reading = false;
    };
    this.refreshers.add(refresh);
    refresh();
    return () => {
      this.refreshers.delete(refresh);
    };
  }

  private async childrenWatched(path: string, onEvent: () => void): Promise<string[]> {
    try {
      return (await this.call<string[]>((done) => this.client.getChildren(path, onEvent, done))).sort();
    } catch (error) {
      if (codeOf(error) !== zookeeper.Exception.NO_NODE) throw error;
      // Missing now: the same watcher hears of its creation. It may be there by the time we ask.
      const stat = await this.call<Stat | null>((done) => this.client.exists(path, onEvent, done));
      return stat ? this.childrenWatched(path, onEvent) : [];
    }
  }

  onSessionLost(callback: () => void): void {
    if (this.state === "lost") callback();
    else this.lostCallbacks.push(callback);
  }

  async close(): Promise<void> {
    if (this.state !== "open") return;
    const connected = this.client.getState() === zookeeper.State.SYNC_CONNECTED;
    const ended = new Promise<void>((resolve) => this.client.once("disconnected", resolve));
    this.end("closed");
    if (connected) {
      // The server drops the ephemeral nodes when it reads the goodbye; one that is silent is not waited for.
      this.client.close();
      await Promise.race([ended, sleep(1_000, undefined, { ref: false })]);
    }
    abandon(this.client);
  }

  private async makeParents(path: string): Promise<void> {
    const parent = parentOf(path);
    if (parent === "/") return;
    await this.call((done: Done<string>) => this.client.mkdirp(parent, done));
  }
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
function abandon(client: Client): void {
  const { connectionManager: manager } = client as unknown as { connectionManager: ConnectionManager };
  manager.onSocketConnected = () => manager.socket?.destroy();
  client.close();
  clearTimeout(manager.connectTimeoutHandler);
  manager.socket?.destroy();
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function join(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

async function orWhenMissing<T, M>(answer: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === zookeeper.Exception.NO_NODE) return missing;
    throw error;
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
}
