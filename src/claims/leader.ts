import { masterAddresses } from "../lab/catalogue/addresses.ts";
import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf, type ProbeContext } from "../probes/context.ts";
import { askMaster, type MasterState } from "../probes/mesos.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { leads } from "./judge/mesos.ts";

/** The state of the first master that shows itself as leader. @throws ProbeError with what each said instead. */
export async function askLeadingMaster(context: ProbeContext, lab: Lab): Promise<MasterState> {
  const answers =
    lab.mesos === undefined
      ? machinesWith(lab, "mesos-master").map((machine) => askWhetherLeading(context, lab, machine))
      : masterAddresses(lab).map((address) => askForLeader(context, address));
  if (answers.length === 0) throw new ProbeError("no master is known: `npx mesos-lab create` looks for them");
  try {
    return await Promise.any(answers);
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const unexpected = reasons.find((reason) => !(reason instanceof ProbeError));
    if (unexpected !== undefined) throw unexpected;
    throw new ProbeError(reasons.map((reason) => (reason as ProbeError).message).join("; "));
  }
}

async function askWhetherLeading(context: ProbeContext, lab: Lab, machine: Machine): Promise<MasterState> {
  const view = await askMaster(context, originOf(context, machine, portsOf(lab, machine).mesosMaster));
  if ("redirectsTo" in view) throw new ProbeError(`${machine.name} redirects to ${view.redirectsTo}`);
  if (!leads(view.state)) throw new ProbeError(`${machine.name} does not lead`);
  return view.state;
}

/** Asks a master that is not the lab's, or the one that it names: the leader may be another than when the lab was made. */
export async function askForLeader(context: ProbeContext, address: string): Promise<MasterState> {
  const view = await askMaster(context, `http://${address}`);
  if ("state" in view && leads(view.state)) return view.state;
  const leader = "state" in view ? view.state.leader?.split("@")[1] : view.redirectsTo;
  if (leader === undefined) throw new ProbeError(`${address} knows no leader`);
  const other = await askMaster(context, `http://${leader}`);
  if ("state" in other && leads(other.state)) return other.state;
  throw new ProbeError(`${leader} does not lead, and ${address} names it as the leader`);
}
