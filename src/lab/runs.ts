import type { Box, HostsLab, Lab, VagrantLab } from "./model.ts";

/** What follows from where a lab runs, for those who need not know where that is. */

/** The lab as one of virtual machines, where it is one. */
export function onVagrant(lab: Lab): VagrantLab | undefined {
  const { runs } = lab;
  return runs.kind === "vagrant" ? { ...lab, runs } : undefined;
}

/** The lab as one of machines that are there already, where it is one. */
export function onHosts(lab: Lab): HostsLab | undefined {
  const { runs } = lab;
  return runs.kind === "hosts" ? { ...lab, runs } : undefined;
}

/** Whether it has machines that playbooks set up. */
export function hasPlaybooks({ runs }: Lab): boolean {
  return runs.kind !== "embedded";
}

/** Whether its machines belong to somebody, and are looked at by the tool itself before anything is done to them. */
export function areLent({ runs }: Lab): boolean {
  return runs.kind === "hosts";
}

/** Whether its machines have a network between them. */
export function hasNetwork({ runs }: Lab): boolean {
  return runs.kind !== "embedded";
}

/** Whether drills may reboot its machines. */
export function mayReboot({ runs }: Lab): boolean {
  return runs.kind !== "hosts" || runs.reboot;
}

/** The lab with its machines made of this box, where they are made of a box. */
export function withBox(lab: Lab, box: Box): Lab {
  const machines = onVagrant(lab);
  return machines === undefined ? lab : { ...lab, runs: { ...machines.runs, box } };
}

/** How many times as long as usual things in the machines may take: without KVM, QEMU runs them in software. */
export function slowness(lab: Lab): number {
  return onVagrant(lab)?.runs.emulation ? 4 : 1;
}

/** Whether ZooKeeper serves the lab, and not a store in its place. */
export function hasZookeeper({ runs }: Lab): boolean {
  return runs.kind !== "embedded" || runs.zookeeper === "host";
}

/** What carries the traffic of the lab's Bamboo. */
export function proxyOf({ runs }: Lab): "haproxy" | "built-in" {
  return runs.kind === "embedded" ? (runs.proxy ?? "built-in") : "haproxy";
}
