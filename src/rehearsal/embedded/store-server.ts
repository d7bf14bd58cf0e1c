import type { Store } from "../store/store.ts";
import { type FromStore, sessionTimeoutMs, type ToStore } from "./store-messages.ts";

const lookMs = 1_000;

/** Serves one process with the store, until that process ends and all its sessions with it, or is silent for long. */
export class StoreServer {
  private readonly openSession: () => Store;
  private readonly send: (message: FromStore) => void;
  private readonly sessions = new Map<number, Store>();
  private readonly watches = new Map<number, () => void>();
  private readonly looking: NodeJS.Timeout;
  /** Looks since the process was last heard. Counted, not measured: a host that sleeps does not look. */
  private silentLooks = 0;

  constructor(openSession: () => Store, send: (message: FromStore) => void) {
    this.openSession = openSession;
    this.send = send;
    this.looking = setInterval(() => this.look(), lookMs);
  }

  receive(message: ToStore): void {
    this.silentLooks = 0;
    if (message.type === "alive") return;
    if (message.type === "open") {
      this.sessions.set(message.session, this.openSession());
      return;
    }
    const session = this.sessions.get(message.session);
    if (session === undefined) {
      const over =
        message.type === "close" ? Promise.resolve() : Promise.reject(new Error("the session is over"));
      if ("call" in message) this.answer(message.call, over);
      else over.catch(() => {});
      return;
    }
    switch (message.type) {
      case "call":
        this.answer(message.call, (session[message.operation] as Call).apply(session, [...message.args]));
        break;
      case "watch":
        this.watches.set(
          message.watch,
          session.watchChildren(message.path, (names) =>
            this.send({ type: "children", watch: message.watch, names }),
          ),
        );
        break;
      case "unwatch":
        this.watches.get(message.watch)?.();
        this.watches.delete(message.watch);
        break;
      case "close":
        this.sessions.delete(message.session);
        this.answer(message.call, session.close());
    }
  }

  private look(): void {
    this.silentLooks += 1;
    if (this.silentLooks * lookMs < sessionTimeoutMs) return;
    for (const session of this.sessions.keys()) this.send({ type: "lost", session });
    this.closeAll();
  }

  /** The process is gone, and with it every ephemeral node it made. */
  end(): void {
    clearInterval(this.looking);
    this.closeAll();
  }

  private closeAll(): void {
    for (const session of this.sessions.values()) void session.close();
    this.sessions.clear();
  }

  private answer(call: number, work: Promise<unknown>): void {
    work.then(
      (value) => this.send({ type: "answer", call, value }),
      (error: Error) => this.send({ type: "answer", call, error: error.message }),
    );
  }
}

type Call = (...args: readonly string[]) => Promise<unknown>;
