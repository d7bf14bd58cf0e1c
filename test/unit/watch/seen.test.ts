import { expect, test } from "vitest";
import { openHub } from "../../../src/watch/hub.ts";
import { eventSchema, type LabSeen, type Of } from "../../../src/watch/model/event.ts";
import { leadsTo } from "../../../src/watch/model/route.ts";
import { after, changes, nothing, of } from "../../../src/watch/model/seen.ts";

const task = (id: string, state: Of<"task">["state"] = "running"): Of<"task"> => ({
  ...{
    event: "task",
    id,
    app: "/tomcat",
    address: `10.0.0.2:${31_000 + id.length}`,
    machine: "slave",
    state,
  },
});

test("a whole kind is told by what differs: new, otherwise and gone", () => {
  const seen = [task("a"), task("bb", "starting"), task("ccc")].reduce(after, nothing);
  expect(changes(seen, "task", [task("a"), task("bb"), task("dddd")])).toEqual([
    { event: "gone", of: "task", id: "ccc" },
    task("bb"),
    task("dddd"),
  ]);
});

test("whoever folds the events sees what was looked at, whenever he begins", () => {
  const hub = openHub();
  const early: LabSeen[] = [];
  hub.listen((event) => early.push(event));
  hub.foundAll("task", [task("a"), task("bb", "starting")]);
  hub.tell({ event: "news", source: "marathon", what: "TASK_RUNNING", detail: "bb" });
  hub.foundAll("task", [task("bb")]);
  const folded = (events: readonly LabSeen[]) =>
    of(events.reduce(after, nothing), "task").map(({ id }) => id);
  expect(folded(early)).toEqual(["bb"]);
  expect(folded(hub.soFar())).toEqual(["bb"]);
  expect(early.map(({ event }) => event)).toEqual(["task", "task", "news", "gone", "task"]);
});

test("what is seen again is told once, also where its text had to be made safe", () => {
  const hub = openHub();
  const told: LabSeen[] = [];
  hub.listen((event) => told.push(event));
  const odd = { ...task("a"), app: "/x\u001b[31m\u202e<script>\n" };
  hub.foundAll("task", [odd]);
  hub.foundAll("task", [odd]);
  expect(told).toMatchObject([{ event: "task", app: "/x<script>" }]);
});

test("texts and lists beyond their bounds are no events of a recording", () => {
  const at = new Date(0).toISOString();
  expect(eventSchema.safeParse({ at, ...task("a") }).success).toBe(true);
  expect(eventSchema.safeParse({ at, ...task("a"), app: "x".repeat(5_000) }).success).toBe(false);
  expect(eventSchema.safeParse({ ...task("a") }).success).toBe(false);
  expect(eventSchema.safeParse({ at, event: "alert" }).success).toBe(false);
});

test.each([
  ["HAProxy of Bamboo", "::tomcat-10.0.0.2-31001", "10.0.0.2:31001"],
  ["marathon-lb", "10_0_0_2_31001", "10.0.0.2:31001"],
  ["a service's records", "10.0.0.2:31001", "10.0.0.2:31001"],
  ["a server of no task", "::tomcat-10.0.0.2-31009", "::tomcat-10.0.0.2-31009"],
  ["a longer address with the same end", "::tomcat-110.0.0.2-31001", "::tomcat-110.0.0.2-31001"],
])("%s leads to its task", (_, server, address) => {
  expect(leadsTo([server], [task("a")])).toEqual([address]);
});
