import { marathonUrl, quorum } from "../lab/catalogue/addresses.ts";
import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { hasZookeeper } from "../lab/runs.ts";

/** What the lesson tells of a lab with several masters: how many, how many decide, and how to see each of them. */
export interface Several {
  readonly masters: number;
  readonly quorum: number;
  readonly states: readonly string[];
  readonly marathons: readonly string[];
  /** `host port` of each server; none where a store has their place, or where there is one. */
  readonly zookeepers: readonly string[];
}

/** Undefined where there is one master and one Marathon. */
export function severalOf(lab: Lab): Several | undefined {
  const [masters, marathons, servers] = (["mesos-master", "marathon", "zookeeper"] as const).map((service) =>
    machinesWith(lab, service),
  );
  if (masters === undefined || marathons === undefined || servers === undefined) return undefined;
  if (masters.length < 2 || marathons.length < 2) return undefined;
  return {
    masters: masters.length,
    quorum: quorum(lab),
    states: masters.map((machine) => `http://${machine.ip}:${portsOf(lab, machine).mesosMaster}/state.json`),
    marathons: marathons.map((machine) => marathonUrl(lab, machine)),
    zookeepers:
      hasZookeeper(lab) && servers.length > 1
        ? servers.map((machine) => `${machine.ip} ${portsOf(lab, machine).zookeeper}`)
        : [],
  };
}
