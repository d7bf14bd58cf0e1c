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
  await vi.advanceTimersByTimeAsync(40);
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(40);
  expect(looks).toBe(1);
  renderer.nudgeSoon();
  await vi.advanceTimersByTimeAsync(60);
  expect(looks).toBe(2);
});

test("a rule does not wait for events, and nothing comes after the end", async () => {
  renderer.nudgeSoon();
  await renderer.nudge();
  expect(looks).toBe(1);
  await renderer.close();
  await vi.advanceTimersByTimeAsync(60);
  expect(looks).toBe(1);
});
