import { describe, expect, it } from "vitest";
import {
  isSettled,
  leastRate,
  longestPeriodMs,
  lostLanes,
  rateOfLanes,
  slowestMs,
  usualRate,
} from "../../../../src/drills/analysis/settled.ts";
import type { OutageState } from "../../../../src/drills/model/outage.ts";
import { example } from "../../../helpers/drill-example.ts";

const told = { how: "Marathon calls it", told: "event to Bamboo" };
const every = { ms: 5_000, period: "poll interval", means: "it looks" };
const polled = { how: "it looks", every };
const kept = { ...polled, keptMs: 10_000 };

describe("a lane is settled", () => {
  it.each<[OutageState, number, boolean]>([
    ["recovered", 2_999, false],
    ["recovered", 3_000, true],
    ["never-down", 2_999, false],
    ["never-down", 3_000, true],
    ["unsettled", 60_000, false],
    ["never-back", 60_000, false],
    ["no-samples", 60_000, false],
  ])("%s, %i ms after the break, where the method is told at once: %s", (state, sinceBreakMs, settled) => {
    expect(isSettled({ state }, told, { sinceBreakMs, settleMs: 3_000 })).toBe(settled);
  });

  it.each([
    [polled, 7_999, false],
    [polled, 8_000, true],
    [kept, 17_999, false],
    [kept, 18_000, true],
  ])(
    "that has not gone down only when it can no longer do so: %j, %i ms",
    (learns, sinceBreakMs, settled) => {
      const times = { sinceBreakMs, settleMs: 3_000 };
      expect(isSettled({ state: "never-down" }, learns, times)).toBe(settled);
      expect(isSettled({ state: "recovered" }, learns, times)).toBe(true);
    },
  );

  it("a change reaches the clients after a look and the TTL at the latest", () => {
    expect([told, polled, kept].map(slowestMs)).toEqual([0, 5_000, 15_000]);
  });
});

describe("the moment of the break", () => {
  it("is spread over the longest period of all ways", () => {
    expect(longestPeriodMs([{ learns: told }])).toBe(0);
    expect(longestPeriodMs([{ learns: told }, { learns: polled }])).toBe(5_000);
    expect(longestPeriodMs([{ learns: kept }, { learns: polled }])).toBe(10_000);
  });
});

describe("the lanes that are lost", () => {
  it("are those whose visitors are not served in the end", () => {
    expect(lostLanes(example.compared.lanes)).toEqual([]);
    expect(lostLanes([...example.compared.lanes, ...example.lost.lanes, ...example.calm.lanes])).toEqual([
      "bamboo",
    ]);
    expect(lostLanes([])).toEqual([]);
  });
});

describe("the rate of a lane", () => {
  it("of virtual machines stays near one lane's in all, but says tenths of a second", () => {
    expect([1, 2, 5].map((lanes) => rateOfLanes(lanes, false))).toEqual([usualRate, 25, 10]);
    expect(rateOfLanes(40, false)).toBe(leastRate);
  });
  it("of processes on this host is the usual one, and what was asked for is done", () => {
    expect(rateOfLanes(5, true)).toBe(usualRate);
    expect(rateOfLanes(5, false, 200)).toBe(200);
  });
});
