import { expect, test } from "vitest";
import { watchStopped } from "../../../src/commands/create/watch-stopped.ts";
import { LabError } from "../../../src/errors.ts";

const fired = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
const open = (stopped: () => Promise<readonly string[]>) =>
  watchStopped({ stopped }, new AbortController().signal, 1);

test("what is stopped at two looks in a row ends the wait", async () => {
  const looks = [["zk is exited", "mm is exited"], ["mm is exited"]];
  const watch = open(async () => looks.shift() ?? []);
  await fired(watch.giveUp);
  expect(watch.stopped()).toEqual(["mm is exited"]);
  await watch.end();
});

test("what is back at the next look, and a machine that does not answer, do not", async () => {
  const unreached = new LabError("program-failed", "no route");
  const looks = [["zk is exited"], [], ["zk is exited"], unreached, ["zk is exited"], []];
  const all = new AbortController();
  const watch = open(async () => {
    const next = looks.shift();
    if (next instanceof LabError) throw next;
    if (next === undefined) all.abort();
    return next ?? [];
  });
  await fired(all.signal);
  await watch.end();
  expect(watch.giveUp.aborted).toBe(false);
  expect(watch.stopped()).toEqual([]);
});

test("it ends while it looks, when it is told to and when the user interrupts", async () => {
  const interruption = new AbortController();
  const looking = new AbortController();
  const stopped = (signal: AbortSignal) =>
    new Promise<readonly string[]>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      looking.abort();
    });
  const watch = watchStopped({ stopped }, interruption.signal, 1);
  await fired(looking.signal);
  interruption.abort();
  await watch.end();
  expect(watch.giveUp.aborted).toBe(false);
});
