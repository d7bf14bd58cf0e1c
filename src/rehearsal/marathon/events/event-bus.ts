import { timestamp } from "../apps/timestamp.ts";

export interface MarathonEvent {
  readonly eventType: string;
  readonly timestamp: string;
  readonly [field: string]: unknown;
}

/** Tells everyone who listens what happens: HTTP callbacks and event streams. */
export class EventBus {
  private readonly listeners = new Set<(event: MarathonEvent) => void>();

  /** @returns the event as it was sent. */
  publish(eventType: string, fields: Readonly<Record<string, unknown>>): MarathonEvent {
    const event = { ...fields, eventType, timestamp: timestamp() };
    for (const listener of [...this.listeners]) listener(event);
    return event;
  }

  /** @returns the function that ends it. */
  listen(listener: (event: MarathonEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
