import { masterStateUrl } from "../lab/catalogue/addresses.ts";
import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import { askApps, askInfo } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { judgeApps } from "./judge/apps.ts";
import { judgeFramework, judgeMarathon } from "./judge/marathon.ts";
import { askLeadingMaster } from "./leader.ts";

export function marathonClaims(lab: Lab): Claim[] {
  const machines = machinesWith(lab, "marathon");
  return [
    ...machines.flatMap((machine) => electionClaims(lab, machine)),
    // Whoever of them is asked, the leader answers.
    ...machines.slice(0, 1).map((machine) => appsRun(lab, machine)),
  ];
}

function appsRun(lab: Lab, machine: Machine): Claim {
  return {
    ...about("marathon-apps-run", machine),
    service: "marathon",
    title: "Every application that wants tasks has some",
    expected: "at least one running task of each application whose instances are not 0",
    look: `curl -s http://${machine.ip}:${portsOf(lab, machine).marathon}/v2/apps`,
    check: async (context) =>
      judgeApps(await askApps(context, originOf(context, machine, portsOf(lab, machine).marathon))),
  };
}

function electionClaims(lab: Lab, machine: Machine): Claim[] {
  const info: Claim = {
    ...about("marathon-elected", machine),
    service: "marathon",
    title: "Marathon is elected and has a framework id",
    expected: "elected, framework <id>",
    look: `curl -s http://${machine.ip}:${portsOf(lab, machine).marathon}/v2/info`,
    check: async (context) =>
      judgeMarathon(await askInfo(context, originOf(context, machine, portsOf(lab, machine).marathon))),
  };
  const framework: Claim = {
    ...about("marathon-framework-active", machine),
    service: "marathon",
    title: "Mesos lists Marathon's framework as active",
    expected: "the framework id of /v2/info, with active true, in the leading master's frameworks",
    look: `curl -s ${masterStateUrl(lab)}`,
    check: async (context) => {
      const [marathon, leader] = await Promise.all([
        askInfo(context, originOf(context, machine, portsOf(lab, machine).marathon)),
        askLeadingMaster(context, lab),
      ]);
      return judgeFramework(marathon, leader);
    },
  };
  return [info, framework];
}
