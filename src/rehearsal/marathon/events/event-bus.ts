import { type Written, writtenObject } from "../../json/written.ts";
import { timestamp } from "../apps/timestamp.ts";

/** An event, and its JSON, which is written once for all who listen. */
export interface MarathonEvent {
  readonly eventType: string;
  readonly json: Written;
}

type Fields = Readonly<Record<string, unknown>>;

/** Tells everyone who listens what happens: HTTP callbacks and event streams. */
export class EventBus {
  private readonly listeners = new Set<(event: MarathonEvent) => void>();

  /** @param fields a function where they are large: it is called only if somebody listens */
  publish(eventType: string, fields: Fields | (() => Fields)): void {
    if (this.listeners.size > 0) this.tell(eventType, typeof fields === "function" ? fields() : fields);
  }

  /** @returns the event as it was sent. */
  tell(eventType: string, fields: Fields): MarathonEvent {
    const event = { eventType, json: writtenObject({ ...fields, eventType, timestamp: timestamp() }) };
    for (const listener of [...this.listeners]) listener(event);
    return event;
  }

  /** @returns the function that ends it. */
  listen(listener: (event: MarathonEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
