import { namedPorts } from "../../src/lab/catalogue/index.ts";
import type { HostsLab, Lab, VagrantLab } from "../../src/lab/model.ts";
import { type LabFlags, parseLab } from "../../src/lab/parse.ts";
import { onHosts, onVagrant } from "../../src/lab/runs.ts";

/** The tutorial's lab, in either stack. */
export function tutorialLab(stack: "classic" | "rehearsal" = "classic"): VagrantLab {
  return inMachines(undefined, { stack });
}

/** The lab under emulation by QEMU. */
export function onLibvirt(lab: VagrantLab): VagrantLab {
  return { ...lab, runs: { ...lab.runs, provider: "libvirt", emulation: true } };
}

function inMachines(text: string | undefined, flags: LabFlags): VagrantLab {
  const source = text === undefined ? undefined : { text, file: "mesos-lab.yaml" };
  const lab = onVagrant(parseLab(source, flags));
  if (lab === undefined) throw new Error("not a lab of machines");
  return lab;
}

/** A lab from the text of a lab file. */
export function labFrom(text: string): VagrantLab {
  return inMachines(text, {});
}

/** A lab on hosts from the text of a lab file, which need not say so. */
export function hostsLab(text: string): HostsLab {
  const lab = onHosts(parseLab({ text, file: "mesos-lab.yaml" }, { runsOn: "hosts" }));
  if (lab === undefined) throw new Error("not a lab on hosts");
  return lab;
}

/** The tutorial's machines with all four ways of discovery. */
export const fourWaysLab = inMachines(undefined, {
  name: "four-ways",
  discovery: ["bamboo", "mesos-dns", "marathon-lb", "haproxy-marathon-bridge"],
});

/** Three masters, two slaves and every option. */
export const classroomLab = labFrom(`
name: classroom
provider: libvirt
emulation: true
box: { name: acme/debian, version: 1.2.3, url: "https://example.org/box.json" }
machines:
  - { name: m1, ip: 10.1.2.11, services: [zookeeper, mesos-master, marathon, bamboo] }
  - { name: m2, ip: 10.1.2.12, services: [zookeeper, mesos-master, marathon] }
  - { name: m3, ip: 10.1.2.13, services: [zookeeper, mesos-master] }
  - { name: s1, ip: 10.1.2.21, services: [mesos-slave] }
  - { name: s2, ip: 10.1.2.22, services: [mesos-slave], memory: 4096 }
ports: { marathon: 8888, mesosMaster: 5555, mesosSlave: 5556, bamboo: 8001, haproxy: 8088 }
`);

/** What a lab file would have to say for this lab. */
export function asLabFile({ runs: { kind, ...runs }, ports, ...lab }: Lab): string {
  const movable = namedPorts.filter(({ fixed }) => !fixed).map(({ name }) => [name, ports[name]]);
  return JSON.stringify({ ...lab, ports: Object.fromEntries(movable), runsOn: kind, ...runs });
}
