import { expect, test } from "vitest";
import { openHub } from "../../../src/watch/hub.ts";
import { keepLooking } from "../../../src/watch/looks/look.ts";
import type { LabSeen } from "../../../src/watch/model/event.ts";

test("a look that fails is told as silent, and is made again until the signal ends it", async () => {
  const hub = openHub();
  const told: LabSeen[] = [];
  hub.listen((event) => told.push(event));
  const stop = new AbortController();
  let looks = 0;
  const once = async () => {
    looks += 1;
    if (looks === 2) throw new Error("connection refused");
    if (looks === 4) stop.abort();
  };
  await keepLooking({ id: "tasks", everyMs: 1, usualMs: 600_000, once }, hub, stop.signal);
  expect(told.map((event) => event.event === "look" && [event.state, event.seen])).toEqual([
    ["answers", ""],
    ["silent", "connection refused"],
    ["answers", ""],
  ]);
});

test("a look that took longer than usual is told as slow, and one that rests is not made", async () => {
  const hub = openHub();
  const stop = new AbortController();
  let looks = 0;
  let rested = 0;
  const rests = () => {
    rested += 1;
    if (rested > 3) stop.abort();
    return rested > 1;
  };
  const once = async () => {
    looks += 1;
  };
  await keepLooking({ id: "claims", everyMs: 1, usualMs: -1, once, rests }, hub, stop.signal);
  expect(looks).toBe(1);
  expect(hub.soFar()).toMatchObject([{ event: "look", id: "claims", state: "slow" }]);
});
