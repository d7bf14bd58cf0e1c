import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, LabError } from "../../errors.ts";
import type { Access } from "../../machines/machines.ts";

/** Between two looks: rare enough to be no load for a machine that is starting. */
const usualLookMs = 30_000;

/** A wait that is over when a service has stopped for good. */
export interface StoppedWatch {
  /** Fires when something was found stopped at two looks in a row. */
  readonly giveUp: AbortSignal;
  /** What that was, a line each. */
  stopped(): readonly string[];
  end(): Promise<void>;
}

/** Looks now and then whether something does not run that others wait for. */
export function watchStopped(
  { stopped }: Pick<Access, "stopped">,
  signal: AbortSignal,
  lookMs: number = usualLookMs,
): StoppedWatch {
  const [giveUp, over] = [new AbortController(), new AbortController()];
  const ends = AbortSignal.any([signal, over.signal]);
  let found: readonly string[] = [];
  const watch = async () => {
    for (let before: readonly string[] = []; stopped !== undefined; ) {
      await delay(lookMs, undefined, { signal: ends });
      const now = await stopped(ends).catch(nothingOrInterrupt);
      found = now.filter((each) => before.includes(each));
      if (found.length > 0) return giveUp.abort();
      before = now;
    }
  };
  // Ends with an abort: whoever waits hears of that himself.
  const watching = watch().catch(() => undefined);
  const end = async () => {
    over.abort();
    await watching;
  };
  return { giveUp: giveUp.signal, stopped: () => found, end };
}

/** A machine that does not answer this question may still be about to answer the others. */
function nothingOrInterrupt(error: unknown): readonly string[] {
  if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return [];
  throw error;
}
