import type { Store } from "../store/store.ts";
import type { FromStore, ToStore } from "./store-messages.ts";

/** Serves one process with the store, until that process ends and all its sessions with it. */
export class StoreServer {
  private readonly openSession: () => Store;
  private readonly send: (message: FromStore) => void;
  private readonly sessions = new Map<number, Store>();
  private readonly watches = new Map<number, () => void>();

  constructor(openSession: () => Store, send: (message: FromStore) => void) {
    this.openSession = openSession;
    this.send = send;
  }

  receive(message: ToStore): void {
    if (message.type === "open") {
      this.sessions.set(message.session, this.openSession());
      return;
    }
    const session = this.sessions.get(message.session);
    if (session === undefined) return;
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

  /** The process is gone, and with it every ephemeral node it made. */
  end(): void {
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
