import type { Workshop } from "../helpers/workshop/workshop.ts";

export interface StressOptions {
  readonly workshop: Workshop;
  readonly count: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Does something `count` times; returns what failed, a sentence each. */
export type Stress = (options: StressOptions) => Promise<readonly string[]>;

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
