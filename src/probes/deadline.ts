/** A bound on one try: its signal fires on the caller's abort or when the time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
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
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, timeoutMs);
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => expired,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
