import { patientMs } from "../demo/services.ts";
import { type Lab, type Machine, portsOf } from "../lab/model.ts";
import type { Http } from "../probes/http.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { waitFor } from "../probes/wait.ts";

/** A slave that leaves, and whether it knows: a real Mesos slave of that time has no word for it. */
export interface Leaving {
  readonly machine: Machine;
  readonly knows: boolean;
}

/** Makes a slave start nothing more. From then on a task of it that Marathon gives up serves until the slave ends. */
export async function beginToLeave(
  http: Http,
  lab: Lab,
  machine: Machine,
  signal: AbortSignal,
): Promise<Leaving> {
  return { machine, knows: (await tell(http, "POST", lab, machine, signal)) === 202 };
}

/**
 * The slave takes its leave of the master; what it still serves it serves until it ends. Where the master does not hear
 * of it in time, it gives the slave up once that has ended.
 */
export async function depart(http: Http, lab: Lab, { machine }: Leaving, signal: AbortSignal): Promise<void> {
  await waitFor(
    async (each) => {
      const status = await tell(http, "POST", lab, machine, each, "departed");
      return status === 503 ? { ok: false, seen: "no master hears it" } : { ok: true, value: undefined };
    },
    { timeoutMs: patientMs, signal },
  );
}

/** The slave stays after all. */
export async function stay(http: Http, lab: Lab, { machine }: Leaving, signal: AbortSignal): Promise<void> {
  await tell(http, "DELETE", lab, machine, signal);
}

/** The status of its answer; undefined where it has none: then nothing runs there that could be moved. */
async function tell(
  http: Http,
  method: "POST" | "DELETE",
  lab: Lab,
  machine: Machine,
  signal: AbortSignal,
  what: "leaving" | "departed" = "leaving",
): Promise<number | undefined> {
  const url = `http://${machine.ip}:${portsOf(lab, machine).mesosSlave}/slave(1)/${what}`;
  try {
    return (await http.send(method, url, undefined, { signal, timeoutMs: patientMs })).status;
  } catch (error) {
    if (error instanceof ProbeError) return undefined;
    throw error;
  }
}
