import { setMaxListeners } from "node:events";

/** A bound on one try: its signal fires on the caller's abort or when the time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Rejects when the signal fires, for work that does not heed it. */
  readonly aborted: Promise<never>;
  readonly timedOut: () => boolean;
  /** Must be called at the end: frees the timer and the caller's signal. */
  readonly clear: () => void;
}

/**
 * Starts a bound of `timeoutMs` milliseconds. Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 can collect
 * that pair before it fires, and a sampler would leave a running timer per request behind.
 */
export function startDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
  });
  // A failure that no caller waits for must not end the process.
  aborted.catch(() => undefined);
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, timeoutMs);
  // Many requests at once under one signal are no leak: each leaves it at its end.
  if (signal !== undefined) setMaxListeners(0, signal);
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    aborted,
    timedOut: () => expired,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
