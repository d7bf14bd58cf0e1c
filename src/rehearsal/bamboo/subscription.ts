import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../http/client.ts";

const longestPauseMs = 2_000;
/** The first pauses are short: Marathon is most likely just starting as well. */
const firstPauseMs = 50;

/**
 * Asks Marathon for its events, again and again until each endpoint has agreed or the signal ends it. Bamboo 0.2.11
 * asks once and never again; a lab that starts its machines in any order would then stay without events.
 */
export async function subscribe(
  endpoints: readonly string[],
  callbackUrl: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  await Promise.all(endpoints.map((endpoint) => subscribeOne(endpoint, callbackUrl, signal, log)));
}

async function subscribeOne(
  endpoint: string,
  callbackUrl: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const url = `${endpoint}/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(callbackUrl)}`;
  let last = "";
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const problem = await post(url, signal);
    if (problem === undefined) {
      log(`subscribed to the events of ${endpoint}`);
      return;
    }
    if (problem !== last && !signal.aborted)
      log(`${endpoint} does not take the subscription yet: ${problem}`);
    last = problem;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function post(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    const body = await response.text();
    return response.ok ? undefined : `${response.status} ${body.replaceAll(/\s+/g, " ").slice(0, 200)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
