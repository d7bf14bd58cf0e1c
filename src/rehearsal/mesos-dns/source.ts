import { reasonOf } from "../http/reason.ts";
import { type MesosState, pidAddress, stateSchema } from "./state.ts";

/**
 * The state of the first master that gives one; where it names another leader, that one's.
 * @throws Error with what each said instead.
 */
export async function fetchState(
  masters: readonly string[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<MesosState> {
  const failures: string[] = [];
  for (const master of masters) {
    try {
      const state = await stateOf(master, signal, timeoutMs);
      const leader = pidAddress(state.leader);
      if (leader === undefined) throw new Error("no leader is elected");
      const address = `${leader.host}:${leader.port}`;
      return address === master ? state : await stateOf(address, signal, timeoutMs);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${master}: ${reasonOf(error)}`);
    }
  }
  throw new Error(failures.length === 0 ? "no master is known" : failures.join("; "));
}

async function stateOf(master: string, signal: AbortSignal, timeoutMs: number): Promise<MesosState> {
  const response = await fetch(`http://${master}/master/state.json`, {
    headers: { accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`/master/state.json answered ${response.status}`);
  return stateSchema.parse(JSON.parse(body));
}
