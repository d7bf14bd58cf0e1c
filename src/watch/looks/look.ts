import { setTimeout as delay } from "node:timers/promises";
import type { Lab } from "../../lab/model.ts";
import type { Machines } from "../../machines/machines.ts";
import { labContext, type ProbeContext } from "../../probes/context.ts";
import type { Http } from "../../probes/http.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { clean } from "../../untrusted.ts";
import type { Hub } from "../hub.ts";
import type { Of } from "../model/event.ts";

/** What the looks at a lab work with. */
export interface Place {
  readonly hub: Hub;
  readonly http: Http;
  readonly folder: LabFolder;
  /** As it was last recorded: it may grow while it is watched. */
  readonly lab: () => Lab;
  readonly machines: () => Machines;
}

/** Something that is looked at again and again. */
export interface Look {
  readonly id: string;
  readonly everyMs: number;
  /** Longer than that is slow. */
  readonly usualMs: number;
  /** Looks once and tells what is new. @throws what kept it from being seen */
  readonly once: (signal: AbortSignal) => Promise<void>;
  /** Whether it is left out for now. */
  readonly rests?: () => boolean;
}

/** A look that took long was work for who answered: it rests so much longer. */
const restPerLook = 3;

/** Looks until the signal ends it. That a service is slow or silent is told like all else, and ends nothing. */
export async function keepLooking(look: Look, hub: Hub, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const begin = performance.now();
    if (look.rests?.() !== true) {
      const failure = await failureOf(look.once(signal));
      if (signal.aborted) return;
      hub.found(stateOf(look, performance.now() - begin, failure));
    }
    const restMs = Math.max(look.everyMs, (performance.now() - begin) * restPerLook);
    await delay(restMs, undefined, { signal }).catch(() => undefined);
  }
}

async function failureOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function stateOf({ id, usualMs }: Look, tookMs: number, failure: string | undefined): Of<"look"> {
  if (failure !== undefined) return { event: "look", id, state: "silent", seen: clean(failure) };
  return tookMs > usualMs
    ? { event: "look", id, state: "slow", seen: `more than ${usualMs / 1000} s` }
    : { event: "look", id, state: "answers", seen: "" };
}

/** For one request of a look. */
export const requestMs = 2_000;

export function contextOf({ http }: Place, signal: AbortSignal): ProbeContext {
  return labContext(http, signal, requestMs);
}
