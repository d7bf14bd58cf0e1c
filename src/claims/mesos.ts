import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf, type ProbeContext } from "../probes/context.ts";
import { askAgent, askMaster } from "../probes/mesos.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { about, type Claim } from "./claim.ts";
import { joinedMesosClaims } from "./joined-mesos.ts";
import { judgeAgent, judgeAgents, judgeElection, type Vote } from "./judge/mesos.ts";
import { askLeadingMaster } from "./leader.ts";

export function mesosClaims(lab: Lab): Claim[] {
  if (lab.mesos !== undefined) return joinedMesosClaims(lab, lab.mesos);
  const masters = machinesWith(lab, "mesos-master");
  const [first] = masters;
  if (first === undefined) return [];
  const slaves = machinesWith(lab, "mesos-slave");
  const masterState = `http://${first.ip}:${portsOf(lab, first).mesosMaster}/state.json`;
  const addresses = masters.map((machine) => `master@${machine.ip}:${portsOf(lab, machine).mesosMaster}`);
  const election: Claim = {
    ...about("mesos-master-elected", ...masters),
    service: "mesos-master",
    title: "Mesos has one leading master",
    expected: `elected_time is there, leader = pid = ${addresses.join(" or ")}`,
    look: `curl -s ${masterState}`,
    check: async (context) =>
      judgeElection(await Promise.all(masters.map((machine) => vote(context, lab, machine)))),
  };
  const agents: Claim = {
    ...about("mesos-agents-active", ...masters),
    service: "mesos-master",
    title: slaves.length === 1 ? "1 Mesos agent is active" : `${slaves.length} Mesos agents are active`,
    expected: `activated_slaves ${slaves.length}, active: ${slaves.map((slave) => slave.ip).join(" ")}`,
    look: `curl -s ${masterState}`,
    check: async (context) =>
      judgeAgents(
        await askLeadingMaster(context, lab),
        slaves.map((slave) => slave.ip),
      ),
  };
  return [election, ...(slaves.length > 0 ? [agents] : []), ...slaves.map((slave) => agentClaim(lab, slave))];
}

function agentClaim(lab: Lab, machine: Machine): Claim {
  return {
    ...about("mesos-agent-registered", machine),
    service: "mesos-slave",
    title: "The Mesos agent is registered",
    expected: `hostname ${machine.ip}, and an id that the master lists as active`,
    look: `curl -s http://${machine.ip}:${portsOf(lab, machine).mesosSlave}/state.json`,
    check: async (context) => {
      const [agent, leader] = await Promise.all([
        askAgent(context, originOf(context, machine, portsOf(lab, machine).mesosSlave)),
        askLeadingMaster(context, lab),
      ]);
      return judgeAgent(agent, leader, machine.ip);
    },
  };
}

async function vote(context: ProbeContext, lab: Lab, machine: Machine): Promise<Vote> {
  const address = `${machine.ip}:${portsOf(lab, machine).mesosMaster}`;
  try {
    return {
      address,
      ...(await askMaster(context, originOf(context, machine, portsOf(lab, machine).mesosMaster))),
    };
  } catch (error) {
    if (error instanceof ProbeError) return { address, silent: error.message };
    throw error;
  }
}
