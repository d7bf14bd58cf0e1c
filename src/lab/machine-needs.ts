import { type Container, effective } from "./catalogue/container.ts";
import { entriesOn, entryOf } from "./catalogue/index.ts";
import {
  type Lab,
  type Machine,
  marathonLbPorts,
  type Ports,
  portsOf,
  type ServiceName,
  type StackName,
  serviceNames,
  zookeeperPort,
} from "./model.ts";

/** A TCP port of a machine, what shall have it, and what for. */
export interface PortNeed {
  readonly port: number;
  readonly for: string;
  /** The container that shall have it; of a service without one, the program. */
  readonly container?: string;
  readonly program?: string;
  /** Where it is listened on at this address only: what has the port of another one is not in the way. */
  readonly address?: string;
}

type Listens = (ports: Ports, machine: Machine) => readonly Omit<PortNeed, "container">[];

/** The ports of each service. */
const listens: Readonly<Record<ServiceName, Listens>> = {
  zookeeper: () => [{ port: zookeeperPort, for: "ZooKeeper" }],
  "mesos-master": ({ mesosMaster }) => [{ port: mesosMaster, for: "the Mesos master" }],
  "mesos-slave": ({ mesosSlave }) => [{ port: mesosSlave, for: "the Mesos slave" }],
  marathon: ({ marathon }) => [{ port: marathon, for: "Marathon" }],
  bamboo: ({ bamboo, haproxy }) => [
    { port: bamboo, for: "Bamboo" },
    { port: haproxy, for: "Bamboo's HAProxy" },
  ],
  // systemd-resolved has port 53 of a loopback address on many machines, and does no harm there.
  "mesos-dns": ({ dns, mesosDns }, { ip }) => [
    { port: dns, for: "Mesos-DNS", address: ip },
    { port: mesosDns, for: "the HTTP API of Mesos-DNS" },
  ],
  "marathon-lb": ({ marathonLb }) => [
    { port: marathonLb, for: "marathon-lb" },
    { port: marathonLbPorts.admin, for: "the statistics of marathon-lb" },
    { port: marathonLbPorts.apps, for: "marathon-lb" },
  ],
  "haproxy-marathon-bridge": ({ bridge }) => [
    { port: bridge, for: "the HAProxy of haproxy-marathon-bridge", program: "haproxy" },
  ],
};

export function portNeeds(lab: Lab, machine: Machine): readonly PortNeed[] {
  return serviceNames
    .filter((service) => machine.services.includes(service))
    .flatMap((service) => {
      const entry = entryOf(lab, { service, machine });
      const container = entry && { container: effective(entry).name };
      return listens[service](portsOf(lab, machine), machine).map((need) => ({ ...need, ...container }));
    });
}

/**
 * MiB below which a service does not work: of the JVMs their heap and what a JVM takes besides.
 * Estimates on the low side, since to refuse a lab that would have worked is worse than a slow one.
 */
const memoryOf: Readonly<Record<StackName, Readonly<Record<ServiceName, number>>>> = {
  classic: {
    zookeeper: 180,
    "mesos-master": 120,
    "mesos-slave": 120,
    marathon: 750,
    bamboo: 70,
    "mesos-dns": 20,
    "marathon-lb": 60,
    "haproxy-marathon-bridge": 20,
  },
  rehearsal: {
    zookeeper: 120,
    "mesos-master": 50,
    "mesos-slave": 50,
    marathon: 80,
    bamboo: 40,
    "mesos-dns": 40,
    "marathon-lb": 50,
    "haproxy-marathon-bridge": 20,
  },
};
/** The system, Docker and Ansible. */
const systemMemory: Readonly<Record<StackName, number>> = { classic: 200, rehearsal: 100 };

/** MiB that a machine's kernel must report, which is somewhat less than what the machine was given. */
export function memoryNeed(lab: Lab, machine: Machine): number {
  return machine.services.reduce(
    (sum, service) => sum + memoryOf[lab.stack][service],
    systemMemory[lab.stack],
  );
}

/** The images that a machine has or pulls: of its services and, where tasks run, of the demo application. */
export function machineImages(lab: Lab, machine: Machine): readonly string[] {
  const images = entriesOn(lab, machine).map(({ tutorial }) => tutorial.image);
  return machine.services.includes("mesos-slave") ? [...images, lab.images.tomcat] : images;
}

/** The containers that Ansible starts on a machine, in their order. */
export function machineContainers(lab: Lab, machine: Machine): readonly Container[] {
  return entriesOn(lab, machine).map(effective);
}
