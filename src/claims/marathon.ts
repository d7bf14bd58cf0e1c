import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import { askInfo } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { judgeFramework, judgeMarathon } from "./judge/marathon.ts";
import { askLeadingMaster } from "./leader.ts";

export function marathonClaims(lab: Lab): Claim[] {
  const [master] = machinesWith(lab, "mesos-master");
  return machinesWith(lab, "marathon").flatMap((machine) => {
    const info: Claim = {
      ...about("marathon-elected", machine),
      service: "marathon",
      title: "Marathon is elected and has a framework id",
      expected: "elected, framework <id>",
      look: `curl -s http://${machine.ip}:${portsOf(lab, machine).marathon}/v2/info`,
      check: async (context) =>
        judgeMarathon(await askInfo(context, originOf(context, machine, portsOf(lab, machine).marathon))),
    };
    if (master === undefined) return [info];
    const framework: Claim = {
      ...about("marathon-framework-active", machine),
      service: "marathon",
      title: "Mesos lists Marathon's framework as active",
      expected: "the framework id of /v2/info, with active true, in the leading master's frameworks",
      look: `curl -s http://${master.ip}:${portsOf(lab, master).mesosMaster}/state.json`,
      check: async (context) => {
        const [marathon, leader] = await Promise.all([
          askInfo(context, originOf(context, machine, portsOf(lab, machine).marathon)),
          askLeadingMaster(context, lab),
        ]);
        return judgeFramework(marathon, leader);
      },
    };
    return [info, framework];
  });
}
