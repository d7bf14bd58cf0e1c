import { setMaxListeners } from "node:events";
import { LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { type AddressOf, labAddress, type ProbeContext } from "../probes/context.ts";
import { systemClock } from "../probes/wait.ts";
import { clean } from "../untrusted.ts";
import type { Claim } from "./claim.ts";
import { claimsFor } from "./claims-for.ts";
import { settle } from "./settle.ts";
import { shareAnswers } from "./shared-answers.ts";

export interface ClaimResult extends Omit<Claim, "check"> {
  readonly holds: boolean;
  /** What was there at the last look: one line, safe to print. */
  readonly seen: string;
  readonly waitedMs: number;
}

export interface Verdict {
  /** Whether all claims hold. */
  readonly holds: boolean;
  /** In the order of the claims, whatever the order in which they were settled. */
  readonly results: readonly ClaimResult[];
}

/** A Java server on an emulated machine needs so long to start. */
const startingLimitMs = 120_000;

export interface VerifyOptions {
  /** How long a claim may take to become true. */
  readonly timeoutMs: number;
  /** How long one may take that waits for a task to start, if that is longer; default: two minutes. */
  readonly startingMs?: number | undefined;
  /** Called for each claim that is waited for longer because of that. */
  readonly onStarting?: ((claim: Omit<Claim, "check">, seen: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait for what does not hold yet. */
  readonly giveUp?: AbortSignal | undefined;
  /** Called as each claim is settled. */
  readonly onResult?: ((result: ClaimResult) => void) | undefined;
  /** Where the machines' ports are reached; default: where the lab says. */
  readonly addressOf?: AddressOf | undefined;
}

/**
 * Looks at all claims at once until each holds or its time is up. A claim that fails is a result, not an error.
 * @throws LabError `interrupted` on abort.
 */
export async function verifyLab(lab: Lab, options: VerifyOptions): Promise<Verdict> {
  const round = new AbortController();
  // Every claim listens to it: more than ten are no leak here, and no news for the user.
  for (const heard of [round.signal, options.giveUp ?? round.signal]) setMaxListeners(0, heard);
  const onAbort = () => round.abort();
  if (options.signal?.aborted) throw interrupted();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const { defaultRequestTimeoutMs, openHttp } = await import("../probes/http.ts");
  const http = openHttp();
  const context: ProbeContext = {
    http: shareAnswers(http, round.signal, systemClock.now),
    signal: round.signal,
    timeoutMs: defaultRequestTimeoutMs,
    addressOf: options.addressOf ?? labAddress,
    statePaths: new Map(),
  };
  try {
    const results = await Promise.all(claimsFor(lab).map((claim) => resultOf(claim, context, options)));
    return { holds: results.every((result) => result.holds), results };
  } catch (error) {
    if (options.signal?.aborted) throw interrupted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    round.abort();
    await http.close();
  }
}

async function resultOf(claim: Claim, context: ProbeContext, options: VerifyOptions): Promise<ClaimResult> {
  const { check, ...words } = claim;
  const { timeoutMs, startingMs = startingLimitMs, giveUp, onStarting } = options;
  const settled = await settle((signal) => check({ ...context, signal }), {
    ...{ timeoutMs, startingMs, giveUp, signal: context.signal },
    onStarting: (seen) => onStarting?.(words, clean(seen)),
  });
  const result = { ...words, ...settled, seen: clean(settled.seen) };
  options.onResult?.(result);
  return result;
}

function interrupted(): LabError {
  return new LabError("interrupted", "interrupted while verifying the lab");
}
