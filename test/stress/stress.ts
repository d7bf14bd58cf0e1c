import { randomNumbers } from "../../src/tools/random-numbers.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";

export interface StressOptions {
  readonly workshop: Workshop;
  readonly count: number;
  readonly seed: number;
  /** Which part of it is done, of how many: parts can run beside each other, each in a process of its own. */
  readonly part: Part;
  /** Where labs are made: embedded, or vagrant. */
  readonly runsOn: string;
  readonly say: (line: string) => void;
}

export interface Part {
  readonly number: number;
  readonly of: number;
}

/** Does something `count` times; returns what failed, a sentence each. */
export type Stress = (options: StressOptions) => Promise<readonly string[]>;

/** The same order for the same seed. */
export function shuffled<T>(all: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  return all
    .map((one) => ({ one, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/** Every `of`-th, so that all parts together are all of it. */
export function partOf<T>(all: readonly T[], { number, of }: Part): T[] {
  return all.filter((_, index) => index % of === number - 1);
}
