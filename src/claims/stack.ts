import { masterStateUrl } from "../lab/catalogue/addresses.ts";
import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import { askInfo } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { judgeStack } from "./judge/stack.ts";
import { askLeadingMaster } from "./leader.ts";

/** One claim that names the stack, so that nobody takes a rehearsal for the real thing or the other way round. */
export function stackClaims(lab: Lab): Claim[] {
  const [marathon] = machinesWith(lab, "marathon");
  const service = lab.mesos === undefined ? "mesos-master" : "marathon";
  const versions =
    lab.stack === "rehearsal" ? "versions that say rehearsal" : "versions that do not say rehearsal";
  return [
    {
      ...about("stack", ...machinesWith(lab, service)),
      service,
      title: `The stack is ${lab.stack}${lab.mesos === undefined ? "" : ", on a joined Mesos"}`,
      expected: lab.mesos === undefined ? versions : `${versions}; Mesos has its own`,
      look: `curl -s ${masterStateUrl(lab)}`,
      check: async (context) => {
        const [leader, info] = await Promise.all([
          askLeadingMaster(context, lab),
          marathon && askInfo(context, originOf(context, marathon, portsOf(lab, marathon).marathon)),
        ]);
        const marathonVersion = info && { marathon: info.version };
        if (lab.mesos === undefined)
          return judgeStack({ mesos: leader.version, ...marathonVersion }, lab.stack);
        const judged = judgeStack({ ...marathonVersion }, lab.stack);
        return { ...judged, seen: `${judged.seen}, on Mesos ${leader.version} at ${lab.mesos.zk}` };
      },
    },
  ];
}
