import { type Lab, type Machine, machinesWith, type ServiceName, serviceNames } from "../model.ts";
import { bamboo } from "./bamboo.ts";
import type { Entry } from "./container.ts";
import { marathon } from "./marathon.ts";
import { mesosMaster } from "./mesos-master.ts";
import { mesosSlave } from "./mesos-slave.ts";
import { zookeeper } from "./zookeeper.ts";

const entries: Record<ServiceName, (lab: Lab, machine: Machine) => Entry> = {
  zookeeper,
  "mesos-master": mesosMaster,
  "mesos-slave": mesosSlave,
  marathon,
  bamboo,
};

/** Every container of a lab, in the order in which they have to start. */
export function catalogue(lab: Lab): readonly Entry[] {
  return serviceNames.flatMap((service) => entriesOf(lab, service));
}

/** The containers of one service, one for each machine that runs it. */
export function entriesOf(lab: Lab, service: ServiceName): readonly Entry[] {
  return machinesWith(lab, service).map((machine) => entries[service](lab, machine));
}
