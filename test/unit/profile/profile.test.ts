import { expect, test } from "vitest";
import { profileHtml } from "../../../src/profile/page.ts";
import { criticalPath, followSpans } from "../../../src/profile/spans.ts";
import { allRows, type Profile, pathRows, profileTable } from "../../../src/profile/table.ts";
import type { LabEvent } from "../../../src/ui/events.ts";

type State = "started" | "running" | "done" | "failed";
const step = (name: string, state: State, text?: string, part?: string): LabEvent => ({
  event: "step",
  step: name,
  state,
  ...(part !== undefined && { part }),
  ...(text !== undefined && { text }),
});

/** The spans of events, each at its second. */
function spansOf(told: readonly (readonly [number, LabEvent])[]) {
  let at = 0;
  const { hear, spans } = followSpans(() => at);
  for (const [second, event] of told) {
    at = second;
    hear(event);
  }
  return spans;
}

// Two services at work side by side, after a boot; the last one fails.
const told = [
  [1, step("boot", "started", "Start the machines")],
  [2, step("boot", "running", "booting")],
  [8, step("boot", "running", "network")],
  [10, step("boot", "done", "2 machines")],
  [10, { event: "note", text: "said between them" }],
  [10, step("provision", "started", "ZooKeeper", "zookeeper")],
  [10, step("provision", "started", "Mesos slave", "mesos-slave")],
  [14, step("provision", "done", undefined, "zookeeper")],
  [20, step("provision", "done", undefined, "mesos-slave")],
  [22, step("verify", "started", "Verify")],
  [25, step("verify", "failed", "1 of 2 claims do not hold")],
  [26, step("verify", "done", "nobody has started this")],
] as const;

const profile: Profile = {
  lab: "lab",
  startedAt: "2026-01-02T03:04:05.000Z",
  seconds: 26,
  ownSeconds: 1.3,
  spans: spansOf(told),
  machines: { "mesos-slave": "slave", zookeeper: "master" },
};

test("the spans of a run, with what each did for longest", () => {
  expect(profile.spans).toEqual([
    { title: "Start the machines", begin: 1, end: 10, longest: { text: "booting", seconds: 6 } },
    { title: "ZooKeeper", part: "zookeeper", begin: 10, end: 14 },
    { title: "Mesos slave", part: "mesos-slave", begin: 10, end: 20 },
    { title: "Verify", begin: 22, end: 25 },
  ]);
});

test("the critical path has no second twice and none left out; what was beside it is not on it", () => {
  const rows = pathRows(profile);
  expect(rows.map(({ what, machine, begin, end }) => [what, machine, begin, end])).toEqual([
    ["mesos-lab itself", "", 0, 1],
    ["Start the machines", "", 1, 10],
    ["Mesos slave", "slave", 10, 20],
    ["mesos-lab itself", "", 20, 22],
    ["Verify", "", 22, 25],
    ["mesos-lab itself", "", 25, 26],
  ]);
  expect(rows.reduce((sum, { begin, end }) => sum + end - begin, 0)).toBe(26);
  expect(allRows(profile).map(({ what }) => what)).toContain("ZooKeeper");
});

test.each([
  ["nothing was told", [], [[0, 5]]],
  ["one line that ended while another was at work", [[0, 4], [1, 5]], [[0, 1], [1, 5]]], // biome-ignore format: a row
  ["a line within another", [[0, 5], [1, 2]], [[0, 5]]], // biome-ignore format: a row
])("%s", (_, spans, path) => {
  const made = spans.map(([begin = 0, end = 0]) => ({ title: "x", begin, end }));
  expect(criticalPath(made, 5).map(({ begin, end }) => [begin, end])).toEqual(path);
});

test("the table fits its width and tells the tool's own share", () => {
  const table = profileTable(profile, 60);
  expect(table.every((row) => row.length <= 60 || row.startsWith("mesos-lab's own"))).toBe(true);
  expect(table.at(-1)).toBe("mesos-lab's own process used 1.3 s of processor time in 26.0 s (5 %)");
  expect(profileTable(profile, 80)[2]).toMatch(
    /^ +1\.0 +10\.0 +9\.0 +Start the machines +booting \(6\.0 s\)$/,
  );
});

test("the page draws every line, shows texts as texts, and is the same for the same profile", () => {
  const page = profileHtml(profile);
  expect(page.match(/class="range"/g)).toHaveLength(4);
  expect(page).toContain("left:38.46%;width:38.46%");
  expect(profileHtml(profile)).toBe(page);
  const evil = { title: "<script>alert(1)</script>\u001b[2J", begin: 0, end: 1 };
  const other = profileHtml({ ...profile, spans: [evil] });
  expect(other).toContain("&lt;script&gt;");
  expect(other).not.toMatch(/<script|\[2J/);
});
