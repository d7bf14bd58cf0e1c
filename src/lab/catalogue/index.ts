import {
  type DiscoveryName,
  discoveryNames,
  type ImageName,
  type Lab,
  type Machine,
  machinesWith,
  type Part,
  type PortName,
  type Ports,
  type ServiceName,
  type StackName,
  serviceNames,
} from "../model.ts";
import { once } from "../once.ts";
import type { Entry } from "./container.ts";
import { marathon } from "./marathon.ts";
import { mesosMaster } from "./mesos-master.ts";
import { mesosSlave } from "./mesos-slave.ts";
import { methods } from "./methods.ts";
import type { Page, Service, ServicePort } from "./service.ts";
import { zookeeper } from "./zookeeper.ts";

/** Every service, by its name in the lab file. */
export const services: Readonly<Record<ServiceName, Service>> = {
  zookeeper,
  "mesos-master": mesosMaster,
  "mesos-slave": mesosSlave,
  marathon,
  ...methods,
};

/** The tutorial's app; its image says `tomcat`, but since December 2019 that one answers 404 on `/` (docker-library/tomcat#181). 8.0 is frozen and still has the welcome page. */
const demoImages: Readonly<Record<StackName, string>> = {
  classic: "tomcat:8.0",
  rehearsal: "mesos-lab/tomcat:rehearsal",
};

/**
 * The images of a stack: of its services, and of the demo application.
 * @param joined whether tasks run on somebody's Mesos, which has none of this tool's images.
 */
export function imagesOf(stack: StackName, joined: boolean): Readonly<Record<ImageName, string>> {
  const ofServices = serviceNames.flatMap((name) => {
    const image = services[name].images?.[stack];
    return image === undefined ? [] : [[name, image] as const];
  });
  return Object.fromEntries([...ofServices, ["tomcat", demoImages[joined ? "classic" : stack]]]) as Record<
    ImageName,
    string
  >;
}

/** The ports that a lab can move, as `of` their services, in the order of the services. */
export const namedPorts: readonly (ServicePort & { readonly name: PortName })[] = serviceNames
  .flatMap((service) => services[service].ports)
  .filter((port): port is ServicePort & { name: PortName } => port.name !== undefined);

/** The services' own ports, which the tutorial uses: no flag is needed for them. */
export const defaultPorts = Object.fromEntries(namedPorts.map(({ name, usual }) => [name, usual])) as Record<
  PortName,
  number
> satisfies Ports;

export function isDiscovery(service: ServiceName): service is DiscoveryName {
  return (discoveryNames as readonly ServiceName[]).includes(service);
}

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly Page[] {
  return serviceNames.flatMap((service) => services[service].pages?.(lab) ?? []);
}

/** Every container of a lab, in the order in which they have to start. */
export const catalogue: (lab: Lab) => readonly Entry[] = once((lab) =>
  serviceNames.flatMap((service) => entriesOf(lab, service)),
);

/** The containers of one service, one for each machine that runs it; none of a service without a container. */
export function entriesOf(lab: Lab, service: ServiceName): readonly Entry[] {
  return byService(lab).get(service) ?? [];
}

const byService = once(
  (lab: Lab): ReadonlyMap<ServiceName, readonly Entry[]> =>
    new Map(
      serviceNames.map((service) => {
        const { entry } = services[service];
        const machines = entry === undefined ? [] : machinesWith(lab, service);
        return [service, machines.flatMap((machine) => entry?.(lab, machine) ?? [])];
      }),
    ),
);

/** The container of one service on one machine; undefined where it has none. */
export function entryOf(lab: Lab, { service, machine }: Part): Entry | undefined {
  return entriesOf(lab, service).find((entry) => entry.machine.name === machine.name);
}

/** The containers of one machine, in the order in which they have to start. */
export function entriesOn(lab: Lab, { name }: Machine): readonly Entry[] {
  return byMachine(lab).get(name) ?? [];
}

const byMachine = once((lab: Lab): ReadonlyMap<string, readonly Entry[]> => {
  const entries = new Map<string, Entry[]>();
  for (const entry of catalogue(lab))
    entries.set(entry.machine.name, [...(entries.get(entry.machine.name) ?? []), entry]);
  return entries;
});
