import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf, type ProbeContext } from "../probes/context.ts";
import { askMaster, type MasterState } from "../probes/mesos.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { leads } from "./judge/mesos.ts";

/** The state of the first master that shows itself as leader. @throws ProbeError with what each said instead. */
export async function askLeadingMaster(context: ProbeContext, lab: Lab): Promise<MasterState> {
  const answers = machinesWith(lab, "mesos-master").map((machine) =>
    askWhetherLeading(context, lab, machine),
  );
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
