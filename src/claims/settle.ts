import { type Attempt, type Clock, waitFor } from "../probes/wait.ts";
import type { Judgement } from "./claim.ts";

export interface SettleOptions {
  /** How long it may take to become true. */
  readonly timeoutMs: number;
  /** How long while it is starting, if that is longer. */
  readonly startingMs: number;
  readonly signal: AbortSignal;
  /** Ends the wait as if the time were up. */
  readonly giveUp?: AbortSignal | undefined;
  /** Called once when it is waited for longer because of that. */
  readonly onStarting?: ((seen: string) => void) | undefined;
  readonly clock?: Clock | undefined;
}

export interface Settled {
  readonly holds: boolean;
  /** What was there at the last look. */
  readonly seen: string;
  readonly waitedMs: number;
}

/**
 * Looks until what is claimed holds, no waiting makes it hold, or its time is up; what is starting meanwhile gets more
 * time, as long as it starts.
 */
export async function settle(
  look: (signal: AbortSignal) => Promise<Judgement>,
  options: SettleOptions,
): Promise<Settled> {
  const { timeoutMs, startingMs, signal, giveUp, clock, onStarting } = options;
  let last: Judgement | undefined;
  const attempt = async (each: AbortSignal): Promise<Attempt<Judgement>> => {
    last = await look(each);
    return last.holds || last.final ? { ok: true, value: last } : { ok: false, seen: last.seen };
  };
  const first = await waitFor(attempt, { timeoutMs, signal, giveUp, clock });
  if (first.ok) return { holds: first.value.holds, seen: first.value.seen, waitedMs: first.waitedMs };
  const moreMs = startingMs - first.waitedMs;
  if (last?.starting !== true || moreMs <= 0 || giveUp?.aborted)
    return { holds: false, seen: first.seen, waitedMs: first.waitedMs };
  onStarting?.(first.seen);
  const more = await waitFor(
    async (each) => {
      const next = await attempt(each);
      // What neither holds nor starts any more has failed.
      return next.ok || last?.starting === true
        ? next
        : { ok: true, value: { holds: false, seen: next.seen } };
    },
    { timeoutMs: moreMs, signal, giveUp, clock },
  );
  const waitedMs = first.waitedMs + more.waitedMs;
  return more.ok
    ? { holds: more.value.holds, seen: more.value.seen, waitedMs }
    : { holds: false, seen: more.seen, waitedMs };
}
