import { describe, expect, it } from "vitest";
import { analyse, percentile, runsOf } from "../../../../src/drills/analysis/outage.ts";
import type { RequestOutcome, Sample } from "../../../../src/drills/model/sampling.ts";
import recorded from "../../../helpers/recorded/killed-process.json" with { type: "json" };

/** One letter per request, 20 ms apart: `.` good, `5` 503, `r` refused, `t` timed out. */
function strip(text: string, interval = 20): Sample[] {
  const outcomes: Record<string, RequestOutcome> = { ".": "ok", "5": "503", r: "refused", t: "timeout" };
  return [...text].map((letter, i) => ({
    at: i * interval,
    tookMs: letter === "t" ? 2_000 : 3,
    outcome: outcomes[letter] ?? "ok",
  }));
}

const settleMs = 100;

describe("the outage", () => {
  it.each([
    [
      "recovered",
      "...rr55......",
      { state: "recovered", startedAt: 40, endedAt: 140, ms: 100, atLeastMs: 60, flaps: 1 },
    ],
    [
      "never down",
      "..........",
      { state: "never-down", startedAt: null, endedAt: null, ms: null, atLeastMs: 0, flaps: 0 },
    ],
    [
      "never back",
      "...555555",
      { state: "never-back", startedAt: 40, endedAt: null, ms: null, atLeastMs: 100, flaps: 1 },
    ],
    [
      "not settled",
      "...555.....",
      { state: "unsettled", startedAt: 40, endedAt: null, ms: null, atLeastMs: 40, flaps: 1 },
    ],
    ["just settled", "...555......", { state: "recovered", startedAt: 40, endedAt: 120, ms: 80, flaps: 1 }],
    [
      "flapping",
      "..5.5..5......",
      { state: "recovered", startedAt: 20, endedAt: 160, ms: 140, flaps: 3, longestGapMs: 40 },
    ],
    ["a last miss undoes the recovery", "..5........5", { state: "never-back", flaps: 2 }],
    ["bad from the start", "55......", { state: "recovered", startedAt: 0, startUnknown: true, ms: 40 }],
    ["bad throughout", "5555", { state: "never-back", startUnknown: true, startedAt: 0, longestGapMs: 60 }],
    ["no samples", "", { state: "no-samples", ms: null, sent: 0, failed: 0, intervalMs: 0, longestGapMs: 0 }],
    ["one good sample", ".", { state: "never-down", sent: 1, failed: 0, intervalMs: 0 }],
    ["one miss", "5", { state: "never-back", sent: 1, failed: 1, atLeastMs: 0, startUnknown: true }],
  ])("%s", (_name, text, expected) => {
    const outage = analyse(strip(text), { settleMs });
    expect(outage).toMatchObject(expected);
    expect(outage.neverDown).toBe(outage.state === "never-down");
    expect(outage.neverBack).toBe(outage.state === "never-back" || outage.state === "unsettled");
  });

  it("counts by kind, in a fixed order", () => {
    const { sent, failed, byKind } = analyse(strip("..r5tr...."), { settleMs });
    expect({ sent, failed }).toEqual({ sent: 10, failed: 4 });
    expect(Object.entries(byKind)).toEqual([
      ["503", 1],
      ["ok", 6],
      ["refused", 2],
      ["timeout", 1],
    ]);
  });

  it("does not depend on the order in which answers arrived", () => {
    const samples = strip("...rt5t......");
    const arrived = samples.toSorted((a, b) => a.at + a.tookMs - (b.at + b.tookMs));
    expect(arrived).not.toEqual(samples);
    expect(analyse(arrived, { settleMs })).toEqual(analyse(samples, { settleMs }));
  });

  it("leaves out misses that good answers before the break followed", () => {
    const outage = analyse(strip(".5...r........"), { settleMs, breakAt: 90 });
    expect(outage).toMatchObject({
      startedAt: 80,
      endedAt: 120,
      earlierMisses: 1,
      failed: 2,
      flaps: 1,
      badBeforeBreak: false,
    });
  });

  it("counts a request that the break cut off in its flight", () => {
    const samples = strip("....5......").map((s) => (s.outcome === "503" ? { ...s, tookMs: 40 } : s));
    expect(analyse(samples, { settleMs, breakAt: 95 })).toMatchObject({
      startedAt: 60,
      badBeforeBreak: false,
    });
  });

  it("says when the page had failed before the break", () => {
    expect(analyse(strip("..5555555......"), { settleMs, breakAt: 110 })).toMatchObject({
      startedAt: 20,
      badBeforeBreak: true,
    });
  });

  it("does not settle on answers that overtake a hanging request", () => {
    const samples = strip("..555..........");
    expect(analyse(samples, { settleMs }).state).toBe("recovered");
    expect(analyse(samples, { settleMs, until: 180 }).state).toBe("unsettled");
    expect(analyse(samples, { settleMs, until: 200 }).state).toBe("recovered");
  });

  it("states its uncertainty: the blind spots at both ends, and answers that were long on their way", () => {
    expect(analyse(strip("...55......"), { settleMs }).resolutionMs).toBe(20);
    const stalled = strip("...55.......").map((s) => (s.at >= 60 ? { ...s, at: s.at + 300 } : s));
    expect(analyse(stalled, { settleMs })).toMatchObject({
      resolutionMs: 320,
      longestBlindMs: 320,
      intervalMs: 20,
    });
    const slow = strip("...55.......").map((s) => (s.at === 100 ? { ...s, tookMs: 900 } : s));
    expect(analyse(slow, { settleMs }).resolutionMs).toBe(900);
  });

  it("tells slow answers apart by phase", () => {
    const samples = strip("....5.5......").map((s, i) => ({ ...s, tookMs: i < 4 ? 2 : i < 7 ? 700 : 40 }));
    const { latency } = analyse(samples, { settleMs });
    expect(latency.before).toEqual({ answers: 4, p50Ms: 2, p99Ms: 2, maxMs: 2 });
    expect(latency.during).toEqual({ answers: 1, p50Ms: 700, p99Ms: 700, maxMs: 700 });
    expect(latency.after).toEqual({ answers: 6, p50Ms: 40, p99Ms: 40, maxMs: 40 });
  });

  it("divides the answers at the break where nothing missed", () => {
    const { latency } = analyse(strip("......"), { settleMs, breakAt: 50 });
    expect([latency.before.answers, latency.during.answers, latency.after.answers]).toEqual([3, 0, 3]);
  });

  it("overlooks samples without a time", () => {
    expect(analyse([{ at: Number.NaN, tookMs: 1, outcome: "503" }, ...strip("...")], { settleMs }).sent).toBe(
      3,
    );
  });

  it("handles as many samples as the sampler may keep", () => {
    const samples = strip(".".repeat(100_000) + "5".repeat(50_000) + ".".repeat(100_000));
    expect(analyse(samples, { settleMs }).ms).toBe(50_001 * 20);
  });
});

describe("a recorded outage", () => {
  const samples = recorded.samples.map(
    ([at, tookMs, outcome]): Sample => ({
      at: Number(at),
      tookMs: Number(tookMs),
      outcome: outcome as RequestOutcome,
    }),
  );
  const { breakAt, until } = recorded;

  it("is read as it was: killed, refused, back, and later slow but not away", () => {
    const outage = analyse(samples, { settleMs: 1_000, breakAt, until });
    expect(outage).toMatchObject({
      state: "recovered",
      startedAt: 784.5,
      endedAt: 1_718,
      ms: 933.5,
      flaps: 1,
    });
    expect(outage.byKind).toEqual({ ok: 195, refused: 54, reset: 1 });
    // The request that the kill cut off was sent before it, and is no sign of an earlier fault.
    expect(outage.firstMissAt).toBeLessThan(breakAt);
    expect(outage.badBeforeBreak).toBe(false);
    expect(outage.resolutionMs).toBe(17);
    expect(outage.latency.before.maxMs).toBe(19.3);
    expect(outage.latency.after.maxMs).toBe(300.3);
  });

  it("is not settled while its settle time has not passed", () => {
    expect(analyse(samples, { settleMs: 3_000, breakAt, until }).state).toBe("unsettled");
  });
});

describe("runs", () => {
  it("join requests that ended alike", () => {
    expect(runsOf(strip("..55r."))).toEqual([
      { outcome: "ok", from: 0, to: 20, count: 2 },
      { outcome: "503", from: 40, to: 60, count: 2 },
      { outcome: "refused", from: 80, to: 80, count: 1 },
      { outcome: "ok", from: 100, to: 100, count: 1 },
    ]);
  });
});

describe("a percentile", () => {
  it.each([
    [[], 50, null],
    [[7], 99, 7],
    [[3, 1, 2], 50, 2],
    [[1, 2, 3, 4], 50, 2],
    [Array.from({ length: 100 }, (_, i) => i + 1), 99, 99],
    [[1, 2, 3], 100, 3],
  ])("of %j at %i is %s", (values, p, expected) => {
    expect(percentile(values, p)).toBe(expected);
  });
});

/** The definitions read out loud, one sample compared with all the others. */
function naive(samples: readonly Sample[], settle: number, breakAt: number) {
  const good = (s: Sample) => s.outcome === "ok";
  const leads = samples.filter((s) => good(s) && s.at <= breakAt);
  const lead = leads.find((s) => leads.every((other) => other.at <= s.at));
  const misses = samples.filter((s) => !good(s) && (lead === undefined || s.at > lead.at));
  const first = misses.find((s) => misses.every((other) => other.at >= s.at));
  const last = misses.find((s) => misses.every((other) => other.at <= s.at));
  if (samples.length === 0) return { state: "no-samples" };
  if (!first || !last) return { state: "never-down", flaps: 0 };
  const before = samples.filter((s) => good(s) && s.at < first.at);
  const start = before.find((s) => before.every((other) => other.at <= s.at)) ?? first;
  const after = samples.filter((s) => s.at > last.at);
  const back = after.find((s) => after.every((other) => other.at >= s.at));
  const end = Math.max(...samples.map((s) => s.at));
  const flaps = misses.filter((s) => {
    const earlier = samples.filter((other) => other.at < s.at);
    const previous = earlier.find((p) => earlier.every((other) => other.at <= p.at));
    return previous === undefined || good(previous) || previous === lead;
  }).length;
  const state = !back ? "never-back" : end - back.at >= settle ? "recovered" : "unsettled";
  return { state, flaps, startedAt: start.at, ms: state === "recovered" && back ? back.at - start.at : null };
}

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("any samples", () => {
  it("are read as the definitions say", () => {
    for (let seed = 1; seed <= 600; seed += 1) {
      const next = random(seed);
      const kinds: RequestOutcome[] = ["refused", "503", "timeout", "http-404"];
      let at = 0;
      let bad = next() < 0.2;
      const moody = next() * 0.3;
      const samples: Sample[] = Array.from({ length: Math.floor(next() * 60) }, () => {
        at += 1 + Math.floor(next() * 40);
        if (next() < moody) bad = !bad;
        return { at, tookMs: next() * 500, outcome: bad ? (kinds[Math.floor(next() * 4)] ?? "reset") : "ok" };
      });
      const breakAt = next() * at;
      const shuffled = samples.toSorted((a, b) => a.tookMs - b.tookMs);
      const settle = next() * 300;
      expect(analyse(shuffled, { settleMs: settle, breakAt }), `seed ${seed}`).toMatchObject(
        naive(samples, settle, breakAt),
      );
    }
  });
});
