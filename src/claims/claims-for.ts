import { type DiscoveryName, discoveryNames, type Lab } from "../lab/model.ts";
import { hasZookeeper } from "../lab/runs.ts";
import { bambooClaims } from "./bamboo.ts";
import type { Claim } from "./claim.ts";
import { ensembleClaims } from "./ensembles.ts";
import { bridgeClaims } from "./haproxy-marathon-bridge.ts";
import { marathonClaims } from "./marathon.ts";
import { marathonLbClaims } from "./marathon-lb.ts";
import { mesosClaims } from "./mesos.ts";
import { mesosDnsClaims } from "./mesos-dns.ts";
import { stackClaims } from "./stack.ts";
import { zookeeperClaims } from "./zookeeper.ts";

/** None where the method is not one of the lab's. */
const claimsOfMethod: Readonly<Record<DiscoveryName, (lab: Lab) => Claim[]>> = {
  bamboo: bambooClaims,
  "mesos-dns": mesosDnsClaims,
  "marathon-lb": marathonLbClaims,
  "haproxy-marathon-bridge": bridgeClaims,
};

/** Everything that has to be true of a lab that works, in the order in which its services start. */
export function claimsFor(lab: Lab): Claim[] {
  return [...(hasZookeeper(lab) ? [zookeeperClaims] : []), ...always].flatMap((claims) => claims(lab));
}

const always = [
  mesosClaims,
  marathonClaims,
  ...discoveryNames.map((name) => claimsOfMethod[name]),
  ensembleClaims,
  stackClaims,
];

/** Something that a lab of machines has and this one has not: neither true nor false here. */
export interface Absent {
  readonly title: string;
  readonly machine: string;
  /** One sentence without a stop. */
  readonly reason: string;
}

/** What is claimed of other labs. */
export function absentClaims(lab: Lab): Absent[] {
  if (hasZookeeper(lab)) return [];
  return zookeeperClaims(lab).map(({ title, machine }) => ({
    title,
    machine,
    reason: "not part of an embedded lab: a store in its launcher keeps what ZooKeeper would",
  }));
}

/** The same for people, a line each. */
export function absentLines(lab: Lab): string[] {
  return absentClaims(lab).map(({ title, machine, reason }) => `–  ${title} (${machine}): ${reason}`);
}
