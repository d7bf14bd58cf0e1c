import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds, and says what did not. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, false | undefined | null>> {
  const end = Date.now() + limitMs;
  let last: unknown;
  while (Date.now() < end) {
    last = await look();
    if (last !== false && last !== undefined && last !== null)
      return last as Exclude<T, false | undefined | null>;
    await sleep(25);
  }
  throw new Error(`not within ${limitMs} ms: ${what}; last seen: ${JSON.stringify(last)}`);
}
