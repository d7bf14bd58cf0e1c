import { send } from "../../http/client.ts";
import type { Store } from "../../store/store.ts";
import type { EventBus, MarathonEvent } from "./event-bus.ts";

interface Limit {
  readonly failures: number;
  readonly untilMs: number;
}

/** How long a subscriber that failed for the nth time in a row is left alone. */
export function backoffMs(failures: number): number {
  return 2 ** failures * 1000;
}

/** A subscriber that needs longer than this counts as failing. */
const slowMs = 10_000;

/** Events as HTTP POSTs. What a subscriber misses while it is backed off is lost, as in Marathon. */
export class HttpCallbacks {
  private readonly store: Store;
  private readonly node: string;
  private readonly log: (line: string) => void;
  private readonly limits = new Map<string, Limit>();
  private readonly stopping = new AbortController();
  private readonly bus: EventBus;
  private urls: readonly string[] = [];
  private stopListening = () => {};
  private lastChange: Promise<void> = Promise.resolve();

  constructor(store: Store, node: string, bus: EventBus, log: (line: string) => void) {
    this.store = store;
    this.node = node;
    this.log = log;
    this.bus = bus;
  }

  /** Reads the list that an earlier leader kept. */
  async load(): Promise<void> {
    const kept = await this.store.get(this.node);
    this.setUrls(kept === undefined ? [] : (JSON.parse(kept) as string[]));
  }

  list(): readonly string[] {
    return this.urls;
  }

  /** Written in any case, as Marathon does. */
  async subscribe(url: string): Promise<void> {
    this.limits.delete(url);
    await this.keep((urls) => (urls.includes(url) ? urls : [...urls, url]));
  }

  async unsubscribe(url: string): Promise<void> {
    await this.keep((urls) => urls.filter((known) => known !== url));
    this.limits.delete(url);
  }

  close(): void {
    this.stopListening();
    this.stopping.abort();
  }

  /** One change after the other: two that began with the same list would lose one of the two. */
  private keep(change: (urls: readonly string[]) => readonly string[]): Promise<void> {
    const kept = this.lastChange.then(async () => {
      const urls = change(this.urls);
      await this.store.set(this.node, JSON.stringify(urls));
      this.setUrls(urls);
    });
    this.lastChange = kept.catch(() => undefined);
    return kept;
  }

  /** Listens only while there are subscribers: an event that nobody hears is not even made. */
  private setUrls(urls: readonly string[]): void {
    this.urls = urls;
    this.stopListening();
    this.stopListening = urls.length === 0 ? () => {} : this.bus.listen((event) => this.broadcast(event));
  }

  private broadcast(event: MarathonEvent): void {
    for (const url of this.urls) {
      if ((this.limits.get(url)?.untilMs ?? 0) <= performance.now()) void this.post(url, event);
    }
  }

  private async post(url: string, event: MarathonEvent): Promise<void> {
    try {
      const response = await send(url, {
        method: "POST",
        body: event.json.pieces,
        headers: { "content-type": "application/json", accept: "application/json" },
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(slowMs)]),
      });
      response.discard();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.limits.delete(url);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const failures = (this.limits.get(url)?.failures ?? 0) + 1;
      this.limits.set(url, { failures, untilMs: performance.now() + backoffMs(failures) });
      this.log(`event ${event.eventType} to ${url} failed: ${(error as Error).message}`);
    }
  }
}
