import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Kills } from "../../../../src/rehearsal/marathon/tasks/kills.ts";

let sent: string[] = [];
const kills = () =>
  new Kills(
    (id) => sent.push(id),
    () => "agent",
  );
const task = (id: string) => ({ id, slaveId: "agent" });
const after = (ms: number, all: Kills) => {
  sent = [];
  vi.advanceTimersByTime(ms);
  all.again("overdue");
  return sent;
};

beforeEach(() => {
  sent = [];
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("a kill that nothing answers is asked for again after ten seconds", () => {
  const all = kills();
  all.ask(task("a"));
  expect(sent).toEqual(["a"]);
  expect(after(9_000, all)).toEqual([]);
  expect(after(1_000, all)).toEqual(["a"]);
  all.confirmed("a");
  expect(after(60_000, all)).toEqual([]);
});

test("while others are confirmed it waits, but not for ever", () => {
  const all = kills();
  for (const id of ["a", "b", "c", "d", "e", "f", "g", "h"]) all.ask(task(id));
  for (const id of ["b", "c", "d", "e", "f", "g"]) {
    expect(after(9_000, all)).toEqual([]);
    all.confirmed(id);
  }
  expect(after(6_000, all)).toEqual(["a", "h"]);
});

test("a new subscription asks for all of them", () => {
  const all = kills();
  all.ask(task("a"));
  all.again("all");
  expect(sent).toEqual(["a", "a"]);
});
