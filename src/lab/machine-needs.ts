import { type Container, effective } from "./catalogue/container.ts";
import { entriesOn, entryOf, services } from "./catalogue/index.ts";
import { type Lab, type Machine, portsOf, type StackName, serviceNames } from "./model.ts";

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

export function portNeeds(lab: Lab, machine: Machine): readonly PortNeed[] {
  const own = portsOf(lab, machine);
  return serviceNames
    .filter((service) => machine.services.includes(service))
    .flatMap((service) => {
      const entry = entryOf(lab, { service, machine });
      const { ports, standIn } = services[service];
      const program = standIn?.programs?.[0];
      const owner = entry ? { container: effective(entry).name } : program === undefined ? {} : { program };
      return ports.map(({ name, usual, of, ownAddress }) => ({
        port: name === undefined ? usual : own[name],
        for: of,
        ...(ownAddress && { address: machine.ip }),
        ...owner,
      }));
    });
}

/** The system, Docker and Ansible. */
const systemMemory: Readonly<Record<StackName, number>> = { classic: 200, rehearsal: 100 };

/** MiB that a machine's kernel must report, which is somewhat less than what the machine was given. */
export function memoryNeed(lab: Lab, machine: Machine): number {
  return machine.services.reduce(
    (sum, service) => sum + services[service].memory[lab.stack],
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

/** Programs that a machine runs outside of containers, each with the package that has it. */
export function machinePrograms({ services: own }: Machine): Readonly<Record<string, string>> {
  return own.includes("haproxy-marathon-bridge")
    ? { "/usr/sbin/haproxy": "haproxy", "/usr/bin/curl": "curl" }
    : {};
}
