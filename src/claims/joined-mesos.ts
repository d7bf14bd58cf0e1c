import { masterStateUrl } from "../lab/catalogue/addresses.ts";
import { type JoinedMesos, type Lab, machinesWith } from "../lab/model.ts";
import { about, type Claim } from "./claim.ts";
import { judgeJoined, judgeSomeAgents } from "./judge/joined-mesos.ts";
import { askLeadingMaster } from "./leader.ts";

/** What must hold of any Mesos that a lab joins, from 0.24 to 1.11. Its logs are not the lab's: those of Marathon tell of it. */
export function joinedMesosClaims(lab: Lab, { zk }: JoinedMesos): Claim[] {
  const marathons = machinesWith(lab, "marathon");
  const look = `curl -s ${masterStateUrl(lab)}`;
  const leader: Claim = {
    ...about("mesos-joined", ...marathons),
    service: "marathon",
    title: "The joined Mesos has a leading master",
    expected: `a leader of Mesos 0.24 or later at ${zk}`,
    look,
    check: async (context) => judgeJoined(await askLeadingMaster(context, lab)),
  };
  const agents: Claim = {
    ...about("mesos-agents-active", ...marathons),
    service: "marathon",
    title: "The joined Mesos has agents",
    expected: "at least one active agent",
    look,
    check: async (context) => judgeSomeAgents(await askLeadingMaster(context, lab)),
  };
  return [leader, agents];
}
