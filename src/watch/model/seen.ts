import type { Body, Kind, Of, Thing } from "./event.ts";

/** All that is known of a lab at one moment, by kind and id. */
export type Seen = ReadonlyMap<string, Thing>;

export const nothing: Seen = new Map();

/** What is known after an event. */
export function after(seen: Seen, event: Body): Seen {
  if (event.event === "news") return seen;
  const next = new Map(seen);
  if (event.event === "gone") next.delete(keyOf(event.of, event.id));
  else next.set(keyOf(event.event, event.id), event);
  return next;
}

/** What a look has found of one thing, as an event; none where it is known already. */
export function change(seen: Seen, found: Thing): readonly Body[] {
  const known = seen.get(keyOf(found.event, found.id));
  return known !== undefined && isSame(known, found) ? [] : [found];
}

/** The kinds of which one can be gone. */
export type Leaving = Extract<Body, { event: "gone" }>["of"];

/** What a look has found of a whole kind, as events: what is new or otherwise, and what is there no more. */
export function changes<K extends Leaving>(seen: Seen, kind: K, found: readonly Of<K>[]): readonly Body[] {
  const ids = new Set(found.map(({ id }) => id));
  const lost = of(seen, kind).filter(({ id }) => !ids.has(id));
  return [
    ...lost.map(({ id }): Body => ({ event: "gone", of: kind, id })),
    ...found.flatMap((each) => change(seen, each)),
  ];
}

/** All that is known of a kind, in the order in which it became known. */
export function of<K extends Kind>(seen: Seen, kind: K): readonly Of<K>[] {
  return [...seen.values()].filter((thing): thing is Of<K> => thing.event === kind);
}

export function one<K extends Kind>(seen: Seen, kind: K, id: string): Of<K> | undefined {
  return seen.get(keyOf(kind, id)) as Of<K> | undefined;
}

function keyOf(kind: string, id: string): string {
  return `${kind} ${id}`;
}

function isSame(a: Thing, b: Thing): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
