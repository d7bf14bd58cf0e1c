import { describe, expect, it } from "vitest";
import { analyse } from "../../../../src/drills/analysis/outage.ts";
import { chainOf, merge, pageMarks, spread, spreads } from "../../../../src/drills/analysis/timeline.ts";
import { dominant, reasonFor } from "../../../../src/drills/analysis/why.ts";
import type { Mark } from "../../../../src/drills/model/report.ts";
import { example } from "../../../helpers/drill-example.ts";

const at = (ms: number, source: Mark["source"], what: string, more: Partial<Mark> = {}): Mark => ({
  at: ms,
  source,
  what,
  ...more,
});

const event = { how: "Marathon calls it", told: "event to Bamboo" };

const told = [
  at(900, "marathon", "before the break"),
  at(1_000, "drill", "killed"),
  at(1_250, "marathon", "TASK_KILLED"),
  at(1_200, "mesos", "TASK_KILLED"),
  at(1_300, "haproxy", "HAProxy reloaded"),
  at(1_100, "page", "first miss"),
  at(2_400, "marathon", "TASK_RUNNING"),
  at(2_600, "haproxy", "HAProxy reloaded"),
  at(2_650, "page", "first 200"),
  at(5_000, "drill", "settled"),
];

describe("the chain of causes", () => {
  it("runs from the break to the first good answer, dated by whoever told first", () => {
    const chain = chainOf({ marks: told, breakAt: 1_000 });
    expect(chain.map(({ mark, since, after }) => [mark.what, mark.source, since, after])).toEqual([
      ["killed", "drill", 0, 0],
      ["TASK_KILLED", "mesos", 200, 200],
      ["HAProxy reloaded", "haproxy", 300, 100],
      ["TASK_RUNNING", "marathon", 1_400, 1_100],
      ["HAProxy reloaded", "haproxy", 1_600, 200],
      ["first 200", "page", 1_650, 50],
    ]);
  });

  it("does not depend on the order in which the marks came", () => {
    expect(chainOf({ marks: told.toReversed(), breakAt: 1_000 })).toEqual(
      chainOf({ marks: told, breakAt: 1_000 }),
    );
  });

  it("goes on to the last thing known where the page never came back", () => {
    const marks = told.filter((mark) => mark.what !== "first 200");
    expect(chainOf({ marks, breakAt: 1_000 }).at(-1)?.mark.what).toBe("settled");
  });

  it("of one lane leaves out the other lanes", () => {
    const marks = [
      ...told.slice(0, 4),
      at(1_500, "discovery", "polled", { lane: "a" }),
      at(1_600, "discovery", "polled", { lane: "b" }),
    ];
    expect(chainOf({ marks, breakAt: 1_000 }, "b").map(({ mark }) => mark.at)).toEqual([1_000, 1_200, 1_600]);
  });

  it("is empty without marks", () => {
    expect(chainOf({ marks: [], breakAt: 0 })).toEqual([]);
    expect(dominant([], event)).toBeUndefined();
    expect(dominant(chainOf({ marks: [at(0, "drill", "killed")], breakAt: 0 }), event)).toBeUndefined();
  });
});

describe("the dominant step", () => {
  it("is the longest, in words", () => {
    const found = dominant(chainOf({ marks: told, breakAt: 1_000 }), event);
    expect(found?.ms).toBe(1_100);
    expect(found?.sentence).toBe(
      "1.10 s of the 1.65 s since the break (67 %) passed between “HAProxy reloaded” and “TASK_RUNNING”: the new container was starting.",
    );
  });
});

describe("the explanation", () => {
  it.each([
    ["of an outage is its longest step", example.killed, /^1\.06 s of the 2\.64 s since the break \(40 %\)/],
    [
      "of a loss is the last cause seen",
      example.lost,
      /^The chain broke off after “TASK_FAILED” at \+0\.130 s/,
    ],
  ])("%s", (_name, report, expected) => {
    expect(report.lanes.map((lane) => reasonFor(report, lane))[0]).toMatch(expected);
  });

  it("is not needed where nothing failed", () => {
    expect(example.calm.lanes.map((lane) => reasonFor(example.calm, lane))).toEqual([undefined]);
  });
});

describe("merged marks", () => {
  it("keep what one source tells twice, and drop those without a time", () => {
    const twice = [
      at(1, "haproxy", "x"),
      at(2, "haproxy", "x"),
      at(3, "discovery", "x"),
      at(Number.NaN, "drill", "y"),
    ];
    expect(merge(twice).map((mark) => mark.at)).toEqual([1, 2]);
  });
});

describe("the page's own marks", () => {
  it("are the first miss and the first good answer", () => {
    const samples = [0, 20, 40, 60, 80].map((ms) => ({
      at: ms,
      tookMs: 1,
      outcome: ms === 40 ? ("503" as const) : ("ok" as const),
    }));
    expect(pageMarks(analyse(samples, { settleMs: 20 }), "bamboo")).toEqual([
      { at: 40, source: "page", what: "first miss", lane: "bamboo" },
      { at: 60, source: "page", what: "first 200", lane: "bamboo" },
    ]);
    expect(pageMarks(analyse([], { settleMs: 20 }))).toEqual([]);
  });
});

describe("the spread of several runs", () => {
  it.each([
    [[3, 1, 2], { runs: 3, without: 0, min: 1, median: 2, max: 3 }],
    [[4, 1, 2, 3], { runs: 4, without: 0, min: 1, median: 2.5, max: 4 }],
    [[5, null], { runs: 2, without: 1, min: 5, median: 5, max: 5 }],
    [[null], { runs: 1, without: 1, min: null, median: null, max: null }],
    [[], { runs: 0, without: 0, min: null, median: null, max: null }],
  ])("of %j", (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });

  it("is told by way in", () => {
    const [run] = example.repeated;
    expect(spreads(example.repeated).map(({ way, outage }) => [way, outage.runs])).toEqual([
      [run?.lanes[0]?.way, 3],
    ]);
  });
});
