import { setTimeout as delay } from "node:timers/promises";
import { ProbeError } from "./probe-error.ts";

/** What one look found: the value that was waited for, or what was there instead. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly seen: string };

export interface Clock {
  /** Milliseconds since some fixed moment; never runs backwards. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Shortest pause between two looks; default 200 ms, so that the tool adds next to nothing to what it measures. */
  readonly intervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait as if the time were up. */
  readonly giveUp?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** A look that took long was work for who answered, and may be what keeps it from getting ready: it rests so much longer. */
const restPerLook = 4;
const longestPauseMs = 2_000;

export type Waited<T> =
  | { readonly ok: true; readonly value: T; readonly waitedMs: number }
  | { readonly ok: false; readonly seen: string; readonly waitedMs: number };

/**
 * Looks again and again until the value is there or the time is up; the failure carries what was seen last.
 * A ProbeError thrown by the probe counts as seen; other errors, and the signal's reason on abort, are thrown.
 * The probe's signal fires when nobody waits for its answer any more.
 */
export async function waitFor<T>(
  probe: (signal: AbortSignal) => Promise<Attempt<T>>,
  options: WaitOptions,
): Promise<Waited<T>> {
  const { timeoutMs, intervalMs = 200, signal, giveUp, clock = systemClock } = options;
  signal?.throwIfAborted();
  const start = clock.now();
  const stop = new AbortController();
  const stopped = new Promise<"stopped">((resolve) => {
    stop.signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
  const onAbort = () => stop.abort(signal?.reason);
  const onGiveUp = () => stop.abort();
  signal?.addEventListener("abort", onAbort, { once: true });
  giveUp?.addEventListener("abort", onGiveUp, { once: true });
  if (giveUp?.aborted) onGiveUp();
  void clock.sleep(timeoutMs, stop.signal).then(() => stop.abort());

  let seen = `no answer within ${timeoutMs / 1000} s`;
  try {
    while (!stop.signal.aborted) {
      const begin = clock.now();
      const attempt = await Promise.race([attemptOnce(probe, stop.signal), stopped]);
      if (attempt === "stopped") break;
      if (attempt.ok) return { ok: true, value: attempt.value, waitedMs: clock.now() - start };
      seen = attempt.seen;
      const restMs = Math.min((clock.now() - begin) * restPerLook, longestPauseMs);
      await clock.sleep(Math.max(intervalMs, restMs), stop.signal);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    giveUp?.removeEventListener("abort", onGiveUp);
    stop.abort();
  }
  signal?.throwIfAborted();
  return { ok: false, seen, waitedMs: clock.now() - start };
}

async function attemptOnce<T>(
  probe: (signal: AbortSignal) => Promise<Attempt<T>>,
  signal: AbortSignal,
): Promise<Attempt<T> | "stopped"> {
  try {
    return await probe(signal);
  } catch (error) {
    if (signal.aborted) return "stopped";
    if (error instanceof ProbeError) return { ok: false, seen: error.message };
    throw error;
  }
}
