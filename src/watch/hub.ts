import { startClock } from "../drills/clock.ts";
import { cleanAll } from "../untrusted.ts";
import { type Body, type LabSeen, longest, type Of, type Thing } from "./model/event.ts";
import { after, change, changes, type Leaving, nothing, type Seen } from "./model/seen.ts";

/** @param before what was seen before the event. */
export type Listener = (event: LabSeen, before: Seen) => void;

/** Where all looks at a lab come together: what is seen, and who hears of what is new. Texts of others are made safe to show. */
export interface Hub {
  seen(): Seen;
  /** Something happened. */
  tell(event: Body): void;
  /** A thing was seen: told where it is new, or otherwise than before. */
  found(thing: Thing): void;
  /** All of a kind were seen: others of it are gone. */
  foundAll<K extends Leaving>(kind: K, things: readonly Of<K>[]): void;
  /** Everything that is seen at this moment, as events; for who comes later. */
  soFar(): readonly LabSeen[];
  /** Returns what ends it. */
  listen(listener: Listener): () => void;
}

export function openHub(): Hub {
  // Later times are counted from this one: a clock that is set meanwhile must not put events out of order.
  const clock = startClock();
  const zero = new Date(clock.startedAt).getTime();
  let seen = nothing;
  const listeners = new Set<Listener>();
  const dated = (body: Body): LabSeen => ({
    at: new Date(zero + clock.now()).toISOString(),
    ...body,
  });
  const tell = (event: Body) => {
    const before = seen;
    seen = after(seen, event);
    const told = dated(event);
    for (const listener of listeners) listener(told, before);
  };
  return {
    seen: () => seen,
    tell: (event) => tell(safe(event)),
    found: (thing) => change(seen, safe(thing)).forEach(tell),
    foundAll: (kind, things) => changes(seen, kind, things.map(safe)).forEach(tell),
    soFar: () => [...seen.values()].map(dated),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The lesson's texts are the tool's own, and have several lines. */
function safe<E extends Body>(event: E): E {
  return event.event === "step" ? event : cleanAll(event, longest);
}
