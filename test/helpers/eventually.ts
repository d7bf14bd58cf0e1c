import { setTimeout as sleep } from "node:timers/promises";

/** How long a test waits for what must come: long enough for any host, however busy, and an end for what never comes. */
export const patienceMs = 120_000;

/** Repeats a check until it does not throw; after `patienceMs` its last failure is the result. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

/**
 * Waits until something holds; what it was is the result.
 * @throws Error that says what did not hold, and what was seen last.
 */
export function until<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, false | undefined | null>> {
  return eventually(async () => {
    const seen = await look();
    if (seen !== false && seen !== undefined && seen !== null)
      return seen as Exclude<T, false | undefined | null>;
    throw new Error(`not yet: ${what}; last seen: ${JSON.stringify(seen)}`);
  });
}
