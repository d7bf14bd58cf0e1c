import { effective } from "./catalogue/container.ts";
import { catalogue } from "./catalogue/index.ts";
import {
  type Lab,
  type Machine,
  type Ports,
  type ServiceName,
  type StackName,
  serviceNames,
  zookeeperPort,
} from "./model.ts";

/** A port of a machine, the container that shall have it, and what for. */
export interface PortNeed {
  readonly port: number;
  readonly container: string;
  readonly for: string;
}

/** The ports of each service. */
const portsOf: Readonly<Record<ServiceName, (ports: Ports) => readonly { port: number; for: string }[]>> = {
  zookeeper: () => [{ port: zookeeperPort, for: "ZooKeeper" }],
  "mesos-master": ({ mesosMaster }) => [{ port: mesosMaster, for: "the Mesos master" }],
  "mesos-slave": ({ mesosSlave }) => [{ port: mesosSlave, for: "the Mesos slave" }],
  marathon: ({ marathon }) => [{ port: marathon, for: "Marathon" }],
  bamboo: ({ bamboo, haproxy }) => [
    { port: bamboo, for: "Bamboo" },
    { port: haproxy, for: "Bamboo's HAProxy" },
  ],
};

export function portNeeds(lab: Lab, machine: Machine): readonly PortNeed[] {
  return catalogue(lab)
    .filter((entry) => entry.machine.name === machine.name)
    .flatMap((entry) =>
      portsOf[entry.service](lab.ports).map(({ port, for: what }) => ({
        port,
        container: effective(entry).name,
        for: what,
      })),
    );
}

/**
 * MiB below which a service does not work: of the JVMs their heap and what a JVM takes besides.
 * Estimates on the low side, since to refuse a lab that would have worked is worse than a slow one.
 */
const memoryOf: Readonly<Record<StackName, Readonly<Record<ServiceName, number>>>> = {
  classic: { zookeeper: 180, "mesos-master": 120, "mesos-slave": 120, marathon: 750, bamboo: 70 },
  rehearsal: { zookeeper: 120, "mesos-master": 50, "mesos-slave": 50, marathon: 80, bamboo: 40 },
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
  const services = serviceNames.filter((service) => machine.services.includes(service));
  const images = services.map((service) => lab.images[service]);
  return machine.services.includes("mesos-slave") ? [...images, lab.images.tomcat] : images;
}
