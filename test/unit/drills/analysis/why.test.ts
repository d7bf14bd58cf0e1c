import { describe, expect, it } from "vitest";
import { phaseOf } from "../../../../src/drills/analysis/phases.ts";
import { chainOf } from "../../../../src/drills/analysis/timeline.ts";
import { dominant, dominates, segmentsOf } from "../../../../src/drills/analysis/why.ts";
import { dominantOf, usualDominant } from "../../../../src/drills/analysis/why-words.ts";
import type { Mark } from "../../../../src/drills/model/report.ts";
import type { Learning } from "../../../../src/lab/catalogue/method.ts";
import { methods } from "../../../../src/lab/catalogue/methods.ts";
import { discoveryNames } from "../../../../src/lab/model.ts";
import { fourWaysLab } from "../../../helpers/described-labs.ts";
import { example } from "../../../helpers/drill-example.ts";

const app = { id: "/tomcat", servicePort: 10_000, labels: { HAPROXY_GROUP: "external" } };
const ways = discoveryNames.flatMap((name) => methods[name].ways(fourWaysLab, app));
const learns = (name: string): Learning => {
  const way = ways.find((each) => each.name === name);
  if (way === undefined) throw new Error(`no way ${name}`);
  return way.learns;
};
const at = (ms: number, what: string, more: Partial<Mark> = {}): Mark => ({
  ...{ at: ms, what, source: what.startsWith("first") ? "page" : "mesos" },
  ...more,
});
const phase = (from: string, to: string, name: string) => phaseOf(at(0, from), at(1, to), learns(name));

describe("what visitors waited for between two marks", () => {
  it.each([
    ["kill asked of Marathon", "TASK_KILLED", "bamboo", "end of the old task"],
    ["TASK_FAILED", "offer accepted", "mesos-dns", "offer or back-off"],
    ["offer accepted", "TASK_RUNNING", "marathon-lb", "start of the new task"],
    ["TASK_RUNNING", "event to Bamboo", "bamboo", "event"],
    ["event to Bamboo", "HAProxy reloaded", "bamboo", "reload after the event"],
    ["event to marathon-lb", "HAProxy reloaded", "marathon-lb", "reload after the event"],
    ["TASK_RUNNING", "HAProxy reloaded", "haproxy-marathon-bridge", "timer period (5 s)"],
    ["TASK_RUNNING", "records changed", "mesos-dns", "poll interval (5 s)"],
    ["TASK_RUNNING", "records changed", "mesos-dns (TTL kept)", "poll interval (5 s)"],
    ["records changed", "first 200", "mesos-dns (TTL kept)", "TTL (10 s)"],
    ["bamboo restarted", "HAProxy reloaded", "bamboo", "what was broken coming back"],
    ["reboot asked of the machine", "first 200", "marathon-lb", "what was broken coming back"],
    ["records changed", "first 200", "mesos-dns", "start of the application"],
    ["HAProxy reloaded", "first 200", "haproxy-marathon-bridge", "start of the application"],
  ])("%s → %s of %s: %s, which the marks show", (from, to, name, short) => {
    expect(phase(from, to, name)).toMatchObject({ short, inferred: false });
  });

  it.each([
    ["TASK_RUNNING", "mesos-dns", "poll interval (5 s)"],
    ["TASK_RUNNING", "haproxy-marathon-bridge", "timer period (5 s)"],
    ["event to Bamboo", "bamboo", "reload after the event"],
  ])("%s → first 200 of %s, with no mark between: %s, as a guess", (from, name, short) => {
    const found = phase(from, "first 200", name);
    expect(found).toMatchObject({ short, inferred: true });
    expect(found.clause).toMatch(/^most likely .*; no mark shows it$/);
  });

  it.each([
    ["records changed", "mesos-dns (TTL kept)", 31_000],
    ["TASK_RUNNING", "mesos-dns", 8_000],
    ["TASK_RUNNING", "mesos-dns (TTL kept)", 20_000],
  ])(
    "%s → first 200 of %s after %i ms: longer than TTL and period last is the application",
    (from, name, ms) => {
      const found = phaseOf(at(0, from), at(ms, "first 200"), learns(name));
      expect(found).toMatchObject({ short: "start of the application", inferred: false });
    },
  );

  it("what no rule knows is not explained", () => {
    expect(phase("bam on master", "first 200", "bamboo")).toEqual({
      kind: "unknown",
      short: "after “bam on master”",
      inferred: false,
    });
  });
});

describe("the segments of a lane", () => {
  const chain = (...marks: Mark[]) => chainOf({ marks, breakAt: 0 }, "x");

  it("join steps of one kind, so that two quick reloads count as what they were", () => {
    const steps = chain(
      at(0, "killed", { source: "drill" }),
      at(100, "TASK_RUNNING"),
      at(110, "event to Bamboo"),
      at(200, "HAProxy reloaded"),
      at(290, "HAProxy reloaded", { at: 290 }),
      at(300, "first 200"),
    );
    const segments = segmentsOf(steps, learns("bamboo"));
    expect(segments.map(({ phase: { kind }, ms }) => [kind, ms])).toEqual([
      ["starting", 100],
      ["telling", 10],
      ["loading", 180],
      ["serving", 10],
    ]);
    expect(dominant(steps, learns("bamboo"))).toMatchObject({ ms: 180, share: 0.6 });
  });

  it("leave out that the old task was forgotten, which held nobody up", () => {
    const steps = chain(
      at(0, "removed", { source: "drill" }),
      at(100, "TASK_FAILED"),
      at(110, "event to Bamboo", { lane: "x" }),
      at(400, "HAProxy reloaded", { lane: "x" }),
      at(1_100, "offer accepted"),
      at(1_200, "TASK_RUNNING"),
      at(1_210, "event to Bamboo", { lane: "x" }),
      at(1_300, "HAProxy reloaded", { lane: "x" }),
      at(1_310, "first 200"),
    );
    expect(segmentsOf(steps, learns("bamboo")).map(({ phase: { kind }, ms }) => [kind, ms])).toEqual([
      ["ending", 100],
      ["offer", 1_000],
      ["starting", 100],
      ["telling", 10],
      ["loading", 90],
      ["serving", 10],
    ]);
  });

  it("place what a look showed late before the answer that it led to", () => {
    const steps = chain(
      at(0, "killed", { source: "drill" }),
      at(100, "TASK_RUNNING"),
      at(4_000, "first 200"),
      at(4_080, "records changed", { earliest: 3_900 }),
    );
    expect(segmentsOf(steps, learns("mesos-dns")).map(({ to, ms }) => [to.what, ms])).toEqual([
      ["TASK_RUNNING", 100],
      ["records changed", 3_900],
      ["first 200", 0],
    ]);
    // A look that saw nothing before the answer is no cause of it.
    const late = chain(
      at(0, "killed", { source: "drill" }),
      at(100, "first 200"),
      at(900, "records changed", { earliest: 700 }),
    );
    expect(late.map(({ mark }) => mark.what)).toEqual(["killed", "first 200"]);
  });
});

describe("what took longest, for a table", () => {
  it("names the method's own period, event or TTL", () => {
    expect(example.compared.lanes.map((lane) => dominantOf(example.compared, lane))).toEqual([
      "start of the application, 40 %",
      "start of the application, 45 %",
      "poll interval (5 s), 67 %",
      "timer period (5 s), 81 %",
    ]);
  });

  it("says when nothing was lost, and when it never came back", () => {
    const [calm] = example.calm.lanes;
    const [lost] = example.lost.lanes;
    if (calm === undefined || lost === undefined) throw new Error("no lane");
    expect([dominantOf(example.calm, calm), dominantOf(example.lost, lost)]).toEqual(["–", "not recovered"]);
    expect(dominates(example.lost, lost)).toBeUndefined();
  });

  it("of several runs is what most of them say", () => {
    expect(usualDominant([example.compared, example.compared], "mesos-dns")).toBe("poll interval (5 s)");
    expect(usualDominant([example.compared, example.lost], "bamboo")).toBe(
      "start of the application in 1 of 2",
    );
    expect(usualDominant([example.calm], "bamboo")).toBe("–");
  });
});
