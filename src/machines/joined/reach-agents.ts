import { connect } from "node:net";
import type { MasterState } from "../../probes/mesos.ts";
import { networkWords } from "../../probes/network-words.ts";

/** More than these are not tried: they stand for the rest. */
const triedAgents = 20;
const connectMs = 3_000;

/**
 * Whether the agents can be reached at the names that their tasks will have, which is where the lab's balancers look for
 * them: a line for each that cannot, of the first twenty.
 */
export async function unreachableAgents(
  { slaves }: MasterState,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const active = slaves.filter((slave) => slave.active).slice(0, triedAgents);
  const faults = await Promise.all(
    active.map(async ({ hostname, pid }) => {
      const port = Number(/:(\d{1,5})$/.exec(pid ?? "")?.[1] ?? 5051);
      const fault = await faultOf(hostname, port, signal);
      return fault === undefined ? [] : [`${hostname}:${port}: ${fault}`];
    }),
  );
  signal.throwIfAborted();
  return faults.flat();
}

/** Why nothing can be reached there, in a few words; undefined where something can. */
function faultOf(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(connectMs, () => end("timed out"));
    socket.once("connect", () => end(undefined));
    socket.once("error", (error) => end(networkWords(error) ?? error.message));
  });
}
