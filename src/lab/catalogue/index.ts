import { isDiscovery } from "../discovery.ts";
import {
  type CoreServiceName,
  type Lab,
  type Machine,
  machinesWith,
  type Part,
  type ServiceName,
  serviceNames,
} from "../model.ts";
import type { Entry } from "./container.ts";
import { marathon } from "./marathon.ts";
import { mesosMaster } from "./mesos-master.ts";
import { mesosSlave } from "./mesos-slave.ts";
import { methods } from "./methods.ts";
import { zookeeper } from "./zookeeper.ts";

const core: Record<CoreServiceName, (lab: Lab, machine: Machine) => Entry> = {
  zookeeper,
  "mesos-master": mesosMaster,
  "mesos-slave": mesosSlave,
  marathon,
};

/** Every container of a lab, in the order in which they have to start. */
export function catalogue(lab: Lab): readonly Entry[] {
  return serviceNames.flatMap((service) => entriesOf(lab, service));
}

/** The containers of one service, one for each machine that runs it; none of a service without a container. */
export function entriesOf(lab: Lab, service: ServiceName): readonly Entry[] {
  const entry = isDiscovery(service) ? methods[service].entry : core[service];
  return entry === undefined ? [] : machinesWith(lab, service).map((machine) => entry(lab, machine));
}

/** The container of one service on one machine; undefined where it has none. */
export function entryOf(lab: Lab, { service, machine }: Part): Entry | undefined {
  return entriesOf(lab, service).find((entry) => entry.machine.name === machine.name);
}

/** The containers of one machine, in the order in which they have to start. */
export function entriesOn(lab: Lab, { name }: Machine): readonly Entry[] {
  return catalogue(lab).filter(({ machine }) => machine.name === name);
}
