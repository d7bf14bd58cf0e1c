import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HeldApps } from "../../../../src/rehearsal/bamboo/held.ts";
import { Renderer } from "../../../../src/rehearsal/bamboo/renderer.ts";
import type { Rules } from "../../../../src/rehearsal/bamboo/rules.ts";

let looks: number;
let renderer: Renderer;
beforeEach(() => {
  vi.useFakeTimers();
  looks = 0;
  renderer = new Renderer({
    apps: async () => {
      looks += 1;
      return [];
    },
    rules: { all: async () => ({}) } as unknown as Rules,
    held: new HeldApps(),
    proxy: { apply: async () => {}, check: async () => {}, close: async () => {} },
    log: () => {},
  });
});
afterEach(async () => {
  await renderer.close();
  vi.useRealTimers();
});

test("events that come close together are one change", async () => {
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(80);
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(30);
  expect(looks).toBe(1);
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(210);
  expect(looks).toBe(2);
});

test("where they go on and on there are ever fewer changes, and after a calm second the next is as soon as the first", async () => {
  for (let ms = 0; ms < 10_000; ms += 10) {
    renderer.nudgeSoon();
    await vi.advanceTimersByTimeAsync(10);
  }
  // After 100, 200, 400 and 800 ms, and then each second.
  expect(looks).toBe(12);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(looks).toBe(13);
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(110);
  expect(looks).toBe(14);
});

test("a rule does not wait for events, and nothing comes after the end", async () => {
  renderer.nudgeSoon();
  await renderer.nudge();
  expect(looks).toBe(1);
  await renderer.close();
  await vi.advanceTimersByTimeAsync(110);
  expect(looks).toBe(1);
});
