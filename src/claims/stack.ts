import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import { askInfo } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { judgeStack } from "./judge/stack.ts";
import { askLeadingMaster } from "./leader.ts";

/** One claim that names the stack, so that nobody takes a rehearsal for the real thing or the other way round. */
export function stackClaims(lab: Lab): Claim[] {
  const masters = machinesWith(lab, "mesos-master");
  const [master] = masters;
  if (master === undefined) return [];
  const [marathon] = machinesWith(lab, "marathon");
  return [
    {
      ...about("stack", ...masters),
      service: "mesos-master",
      title: `The stack is ${lab.stack}`,
      expected:
        lab.stack === "rehearsal" ? "versions that say rehearsal" : "versions that do not say rehearsal",
      look: `curl -s http://${master.ip}:${portsOf(lab, master).mesosMaster}/state.json`,
      check: async (context) => {
        const [leader, info] = await Promise.all([
          askLeadingMaster(context, lab),
          marathon && askInfo(context, originOf(context, marathon, portsOf(lab, marathon).marathon)),
        ]);
        const versions = { mesos: leader.version, ...(info && { marathon: info.version }) };
        return judgeStack(versions, lab.stack);
      },
    },
  ];
}
