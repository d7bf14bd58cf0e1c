import type { Lock } from "./lock.ts";

/** One thing that is not what it was when the lock was written. */
export interface Difference {
  /** `image tomcat:8.0` */
  readonly what: string;
  readonly locked: string;
  readonly now: string;
}

export interface Comparison {
  /** What the lab is made of. */
  readonly parts: readonly Difference[];
  /** What it is made with. */
  readonly tools: readonly Difference[];
}

/** Where what is found differs from the lock. What only one of the two knows is no difference. */
export function compareLock(lock: Lock, found: Lock): Comparison {
  const boxes = both(lock.boxes, found.boxes).flatMap(({ key, locked, now }) => [
    ...differing(`box ${key}, version`, locked.version, now.version),
    // Of two versions the files differ anyway.
    ...(locked.version === now.version ? differing(`box ${key}, files`, locked.sha256, now.sha256) : []),
  ]);
  const images = both(lock.images, found.images).flatMap(({ key, locked, now }) =>
    differing(`image ${key}`, locked, now),
  );
  const ids = both(lock.ids, found.ids).flatMap(({ key, locked, now }) =>
    differing(`image ${key}, id`, locked, now),
  );
  const tools = both(lock.tools, found.tools).flatMap(({ key, locked, now }) => differing(key, locked, now));
  return { parts: [...boxes, ...images, ...ids], tools };
}

/** `image tomcat:8.0: locked sha256:…, now sha256:…` */
export function differenceText({ what, locked, now }: Difference): string {
  return `${what}: locked ${locked}, now ${now}`;
}

/** The lock with what was found added, and in place of what it says of the same things. */
export function updateLock(lock: Lock, found: Lock): Lock {
  return {
    lock: 1,
    boxes: { ...lock.boxes, ...found.boxes },
    images: { ...lock.images, ...found.images },
    ids: { ...lock.ids, ...found.ids },
    tools: { ...lock.tools, ...found.tools },
  };
}

function both<T>(locked: Readonly<Record<string, T>>, now: Readonly<Record<string, T>>) {
  return Object.keys(locked)
    .filter((key) => Object.hasOwn(now, key))
    .sort()
    .map((key) => ({ key, locked: locked[key] as T, now: now[key] as T }));
}

function differing(what: string, locked: string, now: string): Difference[] {
  return locked === now ? [] : [{ what, locked, now }];
}
