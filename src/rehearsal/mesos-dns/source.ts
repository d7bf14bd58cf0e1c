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

/** Since 1.8 a master has its state at the second of these only; 0.24 has the first only. */
const paths = ["/master/state.json", "/master/state"] as const;

async function stateOf(master: string, signal: AbortSignal, timeoutMs: number): Promise<MesosState> {
  for (const path of paths) {
    const response = await fetch(`http://${master}${path}`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await response.text();
    if (response.ok) return stateSchema.parse(JSON.parse(body));
    if (response.status !== 404) throw new Error(`${path} answered ${response.status}`);
  }
  throw new Error(`${paths.join(" and ")} answered 404`);
}
