import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { askZookeeper } from "../probes/zookeeper.ts";
import { about, type Claim } from "./claim.ts";
import { judgeZookeeper, servingModes } from "./judge/zookeeper.ts";

export function zookeeperClaims(lab: Lab): Claim[] {
  const ensemble = machinesWith(lab, "zookeeper");
  return ensemble.map((machine) => ({
    ...about("zookeeper-serves", machine),
    service: "zookeeper",
    title: "ZooKeeper serves",
    expected: `Mode: ${servingModes(ensemble.length).join(" or ")}`,
    look: `echo srvr | nc ${machine.ip} ${portsOf(lab, machine).zookeeper}`,
    check: async (context) =>
      judgeZookeeper(
        await askZookeeper(context.addressOf(machine, portsOf(lab, machine).zookeeper), context),
        ensemble.length,
      ),
  }));
}
