import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";

/** `ip:2181,…` of all ZooKeeper servers. */
export function zookeeperHosts(lab: Lab): string {
  return machinesWith(lab, "zookeeper")
    .map((machine) => `${machine.ip}:${portsOf(lab, machine).zookeeper}`)
    .join(",");
}

/** `zk://ip:2181,…/path`. */
export function zookeeperUrl(lab: Lab, path: string): string {
  return `zk://${zookeeperHosts(lab)}/${path}`;
}

/** Where the lab's Mesos masters are elected, its own or those that it joins. */
export function mesosUrl(lab: Lab): string {
  return lab.mesos?.zk ?? zookeeperUrl(lab, "mesos");
}

/** `ip:port` of every Mesos master that is known. */
export function masterAddresses(lab: Lab): readonly string[] {
  if (lab.mesos !== undefined) return lab.mesos.found?.masters ?? [];
  return machinesWith(lab, "mesos-master").map(
    (machine) => `${machine.ip}:${portsOf(lab, machine).mesosMaster}`,
  );
}

/** Where a master shows its state: `/state` came with 0.25, and `/state.json` went with 1.8. */
export function masterStateUrl(lab: Lab): string {
  const [address = "MASTER:5050"] = masterAddresses(lab);
  const version = lab.mesos?.found?.version ?? "0.24";
  return `http://${address}/${/^0\.24\b/.test(version) ? "state.json" : "state"}`;
}

/** The name under which Marathon is known to Mesos. */
export function frameworkName(lab: Lab): string {
  return lab.mesos?.found?.framework ?? "marathon";
}

export function marathonUrl(lab: Lab, machine: Machine): string {
  return `http://${machine.ip}:${portsOf(lab, machine).marathon}`;
}

export function bambooUrl(lab: Lab, machine: Machine): string {
  return `http://${machine.ip}:${portsOf(lab, machine).bamboo}`;
}

/** How many of the masters must agree: more than half. */
export function quorum(lab: Lab): number {
  return Math.floor(machinesWith(lab, "mesos-master").length / 2) + 1;
}

/** Which of the slaves a machine is, from 1: it stays what it is when others come and go. */
export function slaveNumber(lab: Lab, machine: Machine): number {
  return machine.slaveNumber ?? ordinal(machinesWith(lab, "mesos-slave"), machine);
}

/** The position of a machine among those that run a service, from 1. */
export function ordinal(machines: readonly Machine[], machine: Machine): number {
  return machines.findIndex(({ name }) => name === machine.name) + 1;
}
