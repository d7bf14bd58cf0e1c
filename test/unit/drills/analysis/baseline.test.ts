import { describe, expect, it, test } from "vitest";
import { type Baseline, baselineFault, lowerRate } from "../../../../src/drills/analysis/baseline.ts";
import type { RequestOutcome, Sampling } from "../../../../src/drills/model/sampling.ts";

/** A hundred requests in two seconds; `at` changes some of them. */
function baseline(
  more: Partial<Sampling> = {},
  at: (i: number) => { tookMs?: number; outcome?: RequestOutcome } = () => ({}),
  oldestMs = 5,
): Baseline {
  const samples = Array.from({ length: 100 }, (_, i) => ({
    ...{ at: i * 20, tookMs: 3, outcome: "ok" as RequestOutcome },
    ...at(i),
  }));
  const counts = { unanswered: 0, missedSlots: 0, crowdedSlots: 0, localFaults: 0, full: false };
  const rates = { ratePerSecond: 50, slowestRate: 50, requestTimeoutMs: 1_000, sent: 100 };
  return { samples, sampling: { ...rates, ...counts, ...more }, oldestMs };
}

describe("a page before the break", () => {
  it.each<[string, Baseline]>([
    ["answers", baseline()],
    ["answers once a little late", baseline({}, (i) => (i === 50 ? { tookMs: 480 } : {}))],
    ["is asked a little late", baseline({ missedSlots: 20 })],
    ["grows slower by milliseconds", baseline({}, (i) => ({ tookMs: 3 + i / 10 }))],
  ])("that %s is clean", (_, given) => {
    expect(baselineFault(given, false)).toBeUndefined();
  });

  const failing = (outcome: RequestOutcome, every: number) =>
    baseline({}, (i) => (i % every === 0 ? { outcome } : {}));
  it.each<[string, Baseline, string]>([
    ["times out once", failing("timeout", 100), "1 of 100 requests failed (1\u00a0×\u00a0timed out)"],
    ["gives 503", failing("503", 10), "10 of 100 requests failed (10\u00a0×\u00a0503)"],
    ["refuses", failing("refused", 2), "50 of 100 requests failed (50\u00a0×\u00a0refused)"],
    ["is another page", failing("wrong-page", 1), "100 of 100 requests failed (100\u00a0×\u00a0wrong page)"],
    ["has no name", failing("no-name", 50), "2 of 100 requests failed (2\u00a0×\u00a0name not found)"],
  ])("that %s is not, at whatever rate", (_, given, why) => {
    expect(baselineFault(given, false)).toBe(why);
    expect(baselineFault(given, true)).toBe(why);
  });

  it.each<[string, Baseline, string]>([
    ["is slow", baseline({}, () => ({ tookMs: 700 })), "answers took up to 700 ms"],
    [
      "grows slower and slower",
      baseline({}, (i) => ({ tookMs: 3 + i * 4.5 })),
      "answers took longer and longer: 111 ms at first, 336 ms in the end",
    ],
    [
      "has left a request without an answer",
      baseline({}, undefined, 800),
      "a request has had no answer for 800 ms",
    ],
    ["keeps requests waiting", baseline({ crowdedSlots: 4 }), "4 requests had to wait for others to end"],
    [
      "is asked by a host without descriptors",
      baseline({ localFaults: 2 }),
      "2 requests failed on this host",
    ],
    [
      "is asked by a host that is too busy",
      baseline({ missedSlots: 60 }),
      "this host was too busy to send 60 of 160 requests in time",
    ],
  ])("that %s is not, unless it is asked as seldom as can be", (_, given, why) => {
    expect(baselineFault(given, false)).toBe(why);
    expect(baselineFault(given, true)).toBeUndefined();
  });

  it("that was never asked is not clean", () => {
    expect(baselineFault({ ...baseline(), samples: [] }, true)).toBe("no request was answered");
  });
});

test("rates go down by halves, to two a second", () => {
  const rates: number[] = [];
  for (let rate: number | undefined = 50; rate !== undefined; rate = lowerRate(rate)) rates.push(rate);
  expect(rates).toEqual([50, 25, 12, 6, 3, 2]);
});
