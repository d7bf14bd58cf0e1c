import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { abandon, type Client, failureOf, isConnected } from "./zookeeper-client.ts";

export type Done<T> = (error: unknown, value?: T) => void;

/** A session that has been opened: how operations are called while it lives, and how its end is noticed. */
export class ZooKeeperSession {
  readonly client: Client;
  private readonly sessionTimeoutMs: number;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly lostCallbacks: (() => void)[] = [];
  /** Called when the connection is back: what happened meanwhile may have been told to nobody. */
  readonly refreshers = new Set<() => void>();
  /** Rejected when the session is over. */
  readonly gone: Promise<never>;
  private endWaiting: (error: Error) => void = () => {};
  private lastHeard = performance.now();
  state: "open" | "lost" | "closed" = "open";

  constructor(client: Client, sessionTimeoutMs: number) {
    this.client = client;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.gone = new Promise((_resolve, reject) => {
      this.endWaiting = reject;
    });
    this.gone.catch(() => {});
    client.on("connected", () => {
      this.lastHeard = performance.now();
      // The library sets its watches again, but not for a change that it slept through.
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
    if (performance.now() - this.lastHeard > this.sessionTimeoutMs) {
      this.lose();
      return;
    }
    this.client.exists("/", (error) => {
      if (!error) this.lastHeard = performance.now();
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
    this.endWaiting(new LabError("zookeeper-lost", `the ZooKeeper session was ${state}`));
  }

  /** Repeats an operation that may be repeated, for as long as the session lives. */
  async call<T>(operation: (done: Done<T>) => void): Promise<T> {
    for (;;) {
      try {
        return await Promise.race([this.once(operation), this.gone]);
      } catch (error) {
        if (this.state !== "open" || failureOf(error) !== "connection lost") throw error;
        await Promise.race([sleep(100), this.gone]);
      }
    }
  }

  once<T>(operation: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      operation((error, value) => (error ? reject(error) : resolve(value as T)));
    });
  }

  onLost(callback: () => void): void {
    if (this.state === "lost") callback();
    else this.lostCallbacks.push(callback);
  }

  async close(): Promise<void> {
    if (this.state !== "open") return;
    const connected = isConnected(this.client);
    const ended = new Promise<void>((resolve) => this.client.once("disconnected", resolve));
    this.end("closed");
    if (connected) {
      // The server drops the ephemeral nodes when it reads the goodbye; one that is silent is not waited for.
      this.client.close();
      await Promise.race([ended, sleep(1_000, undefined, { ref: false })]);
    }
    abandon(this.client);
  }
}
