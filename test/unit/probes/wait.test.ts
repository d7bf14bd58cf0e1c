import { expect, test } from "vitest";
import { ProbeError } from "../../../src/probes/probe-error.ts";
import { type Attempt, waitFor } from "../../../src/probes/wait.ts";
import { virtualClock } from "../../helpers/virtual-clock.ts";

const sequence = (...attempts: Attempt<string>[]) => {
  let index = 0;
  return async () => attempts[Math.min(index++, attempts.length - 1)] as Attempt<string>;
};

test("the value is there after the pauses that were needed", async () => {
  const probe = sequence(
    { ok: false, seen: "503" },
    { ok: false, seen: "no leader" },
    { ok: true, value: "leader" },
  );
  const waited = await waitFor(probe, { timeoutMs: 10_000, clock: virtualClock() });
  expect(waited).toEqual({ ok: true, value: "leader", waitedMs: 400 });
});

test("who takes long to answer is asked less often, and not too seldom", async () => {
  const clock = virtualClock();
  const looks: number[] = [];
  const took = [10, 100, 300, 5_000, 10];
  await waitFor(
    async (signal) => {
      looks.push(clock.now());
      await clock.sleep(took[looks.length - 1] ?? 0, signal);
      return { ok: looks.length === took.length, value: "", seen: "" } as Attempt<string>;
    },
    { timeoutMs: 60_000, clock },
  );
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0) - (took[index] ?? 0));
  expect(pauses).toEqual([200, 400, 1_200, 2_000]);
});

test("a failure carries what was seen last, not first", async () => {
  const probe = sequence({ ok: false, seen: "503" }, { ok: false, seen: "no leader" });
  const waited = await waitFor(probe, { timeoutMs: 1_000, clock: virtualClock() });
  expect(waited).toEqual({ ok: false, seen: "no leader", waitedMs: 1_000 });
});

test("a probe that never answers does not hold up the bound, and hears of it", async () => {
  let given: AbortSignal | undefined;
  const probe = (signal: AbortSignal) => {
    given = signal;
    return new Promise<never>(() => undefined);
  };
  const waited = await waitFor(probe, { timeoutMs: 3_000, clock: virtualClock() });
  expect(waited).toEqual({ ok: false, seen: "no answer within 3 s", waitedMs: 3_000 });
  expect(given?.aborted).toBe(true);
});

test("a ProbeError is something seen", async () => {
  const probe = () => Promise.reject(new ProbeError("connection refused"));
  const waited = await waitFor(probe, { timeoutMs: 500, clock: virtualClock() });
  expect(waited).toMatchObject({ ok: false, seen: "connection refused" });
});

test("a bug in a probe is thrown, not waited for", async () => {
  const probe = () => Promise.reject(new TypeError("a bug"));
  await expect(waitFor(probe, { timeoutMs: 500, clock: virtualClock() })).rejects.toThrow("a bug");
});

test("an abort ends a hanging wait with the caller's reason", async () => {
  const controller = new AbortController();
  const probe = () => {
    setImmediate(() => controller.abort(new Error("ctrl-c")));
    return new Promise<never>(() => undefined);
  };
  await expect(waitFor(probe, { timeoutMs: 60_000, signal: controller.signal })).rejects.toThrow("ctrl-c");
});

test("an abort before the start asks nothing", async () => {
  let asked = 0;
  const probe = async (): Promise<Attempt<string>> => ({ ok: true, value: String(++asked) });
  await expect(waitFor(probe, { timeoutMs: 1_000, signal: AbortSignal.abort() })).rejects.toThrow();
  expect(asked).toBe(0);
});
