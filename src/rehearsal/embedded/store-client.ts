import { LabError } from "../../errors.ts";
import type { Store } from "../store/store.ts";
import { type FromStore, type Operation, sessionTimeoutMs, type ToStore } from "./store-messages.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The launcher's store, as a service sees it. Its sessions end with either process, or when this one is silent for long. */
export class StoreClient {
  private readonly send: (message: ToStore) => void;
  private readonly waiting = new Map<number, Waiting>();
  private readonly watches = new Map<number, (names: string[]) => void>();
  private readonly lost = new Map<number, () => void>();
  private last = 0;
  private beating: NodeJS.Timeout | undefined;

  constructor(send: (message: ToStore) => void) {
    this.send = send;
  }

  receive(message: FromStore): void {
    if (message.type === "children") {
      this.watches.get(message.watch)?.(message.names);
      return;
    }
    if (message.type === "lost") {
      this.lost.get(message.session)?.();
      return;
    }
    const waiting = this.waiting.get(message.call);
    this.waiting.delete(message.call);
    if (message.error === undefined) waiting?.resolve(message.value);
    else waiting?.reject(new LabError("stand-in-failed", message.error));
  }

  open(): Store {
    const session = this.next();
    this.send({ type: "open", session });
    this.beating ??= setInterval(() => this.send({ type: "alive" }), sessionTimeoutMs / 3).unref();
    const call = <T>(operation: Operation, ...args: string[]) =>
      this.ask<T>((number) => ({ type: "call", session, call: number, operation, args }));
    return {
      get: (path) => call<string | undefined>("get", path),
      set: (path, data) => call<void>("set", path, data),
      remove: (path) => call<boolean>("remove", path),
      children: (path) => call<string[]>("children", path),
      createEphemeral: (prefix, data) => call<string>("createEphemeral", prefix, data),
      watchChildren: (path, onChange) => {
        const watch = this.next();
        this.watches.set(watch, onChange);
        this.send({ type: "watch", session, watch, path });
        return () => {
          this.watches.delete(watch);
          this.send({ type: "unwatch", session, watch });
        };
      },
      // Without the launcher the process ends as well: there is nobody left to tell.
      onSessionLost: (callback) => {
        this.lost.set(session, callback);
      },
      close: () => this.ask<void>((number) => ({ type: "close", session, call: number })),
    };
  }

  private ask<T>(message: (call: number) => ToStore): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = this.next();
      this.waiting.set(call, { resolve: resolve as (value: unknown) => void, reject });
      this.send(message(call));
    });
  }

  private next(): number {
    this.last += 1;
    return this.last;
  }
}
