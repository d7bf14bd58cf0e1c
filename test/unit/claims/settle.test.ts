import { expect, test } from "vitest";
import type { Judgement } from "../../../src/claims/claim.ts";
import { settle } from "../../../src/claims/settle.ts";
import { ProbeError } from "../../../src/probes/probe-error.ts";
import { virtualClock } from "../../helpers/virtual-clock.ts";

/** What is seen from a time on, in seconds; the time passes only by waiting. */
type Course = readonly (readonly [from: number, judgement: Judgement | "silent"])[];

const holds = { holds: true, seen: "200" };
const fails = { holds: false, seen: "503" };
const starts = { ...fails, seen: "503 (still starting)", starting: true };

async function settled(course: Course) {
  const clock = virtualClock();
  const said: string[] = [];
  const result = await settle(
    async () => {
      const now = course.findLast(([from]) => clock.now() >= from * 1_000)?.[1] ?? fails;
      if (now === "silent") throw new ProbeError("connection refused");
      return now;
    },
    {
      ...{ timeoutMs: 10_000, startingMs: 120_000, clock, signal: new AbortController().signal },
      onStarting: (seen) => said.push(seen),
    },
  );
  return { ...result, waitedMs: Math.round(result.waitedMs / 1_000), said };
}

test.each<[string, Course, { holds: boolean; seen: string; waitedMs: number; said: string[] }]>([
  ["that holds", [[0, holds]], { ...holds, waitedMs: 0, said: [] }],
  [
    "that holds after a while",
    [
      [0, fails],
      [8, holds],
    ],
    { ...holds, waitedMs: 8, said: [] },
  ],
  ["that fails", [[0, fails]], { ...fails, waitedMs: 10, said: [] }],
  [
    "that starts, and is there in time",
    [
      [0, starts],
      [5, holds],
    ],
    { ...holds, waitedMs: 5, said: [] },
  ],
  [
    "that starts, and is there later",
    [
      [0, starts],
      [70, holds],
    ],
    { ...holds, waitedMs: 70, said: [starts.seen] },
  ],
  [
    "that starts for ever",
    [[0, starts]],
    { holds: false, seen: starts.seen, waitedMs: 120, said: [starts.seen] },
  ],
  [
    "that starts, and then fails",
    [
      [0, starts],
      [40, fails],
    ],
    { ...fails, waitedMs: 40, said: [starts.seen] },
  ],
  [
    "that starts, is silent for a moment, and is there",
    [
      [0, starts],
      [20, "silent"],
      [30, holds],
    ],
    { ...holds, waitedMs: 30, said: [starts.seen] },
  ],
  [
    "that failed before it started",
    [
      [0, fails],
      [9, starts],
      [90, holds],
    ],
    { ...holds, waitedMs: 90, said: [starts.seen] },
  ],
])("a claim %s", async (_, course, expected) => {
  expect(await settled(course)).toEqual(expected);
});

test("what nobody waits for any more is settled as it was seen last", async () => {
  const giveUp = new AbortController();
  const looks = [starts, starts];
  const { holds, seen } = await settle(
    async () => {
      const next = looks.shift() ?? starts;
      if (looks.length === 0) giveUp.abort();
      return next;
    },
    {
      ...{ timeoutMs: 10_000, startingMs: 120_000, clock: virtualClock() },
      ...{ signal: new AbortController().signal, giveUp: giveUp.signal },
    },
  );
  expect({ holds, seen }).toEqual({ holds: false, seen: starts.seen });
});
