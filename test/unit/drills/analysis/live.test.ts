import { expect, test } from "vitest";
import { follow } from "../../../../src/drills/analysis/live.ts";
import { analyse } from "../../../../src/drills/analysis/outage.ts";
import type { Sample } from "../../../../src/drills/model/sampling.ts";

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "while samples come in any order, the standing is what analyse says (seed %i)",
  (seed) => {
    const next = random(seed);
    const options = { settleMs: 100, breakAt: 400 };
    const all: Sample[] = Array.from({ length: 60 }, (_, i) => {
      const bad = next() < ([0, 0.05, 0.5, 0.95][Math.floor(i / 15 + next()) % 4] ?? 0);
      const outcome = bad ? (next() < 0.5 ? "timeout" : "503") : "ok";
      return { at: i * 20, tookMs: outcome === "timeout" ? 150 : 3, outcome };
    });
    const samples: Sample[] = [];
    const look = follow(samples, options);
    const arriving = all.toSorted((a, b) => a.at + a.tookMs - b.at - b.tookMs);
    while (arriving.length > 0) {
      samples.push(...arriving.splice(0, 1 + Math.floor(next() * 4)));
      const until = Math.min(...arriving.map(({ at }) => at), (samples.at(-1)?.at ?? 0) + 200);
      const { state, failed } = analyse(samples, { ...options, until });
      expect(look(until)).toMatchObject({ state, misses: failed });
    }
  },
);
