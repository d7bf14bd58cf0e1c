import { type Box, isOfMesos, type Machine, type ProviderName, type StackName } from "./model.ts";
import { boxes } from "./pins.ts";

/** Everything a lab file may leave out, in one place: the tutorial's lab. */

/** Where the lab file is looked for, and how messages call it. */
export const labFileName = "mesos-lab.yaml";

export const defaultName = "mesos-lab";
export const defaultStack: StackName = "classic";
/** The tutorial's images need virtual machines: elsewhere the stand-ins are all there is. */
export const otherStack: StackName = "rehearsal";
export const defaultRunsOn = "auto";
/** Needs no Vagrant plugin. */
export const defaultProvider: ProviderName = "virtualbox";

/**
 * Master: ZooKeeper, Mesos and Marathon are two JVMs and a C++ program; 1.5 GB is tight, 2 GB comfortable.
 * Slave: the agent offers its memory less 1 GB, so 2 GB leave room for five tasks of the tutorial's 200 MB.
 */
export const defaultMemory = 2048;
/** One core for the services, one for what they start; Marathon's start is the slowest step on one core. */
export const defaultCpus = 2;

export const defaultMachines: readonly Machine[] = [
  {
    name: "master",
    ip: "192.168.33.18",
    memory: defaultMemory,
    cpus: defaultCpus,
    services: ["zookeeper", "mesos-master", "marathon", "bamboo"],
  },
  {
    name: "slave",
    ip: "192.168.33.19",
    memory: defaultMemory,
    cpus: defaultCpus,
    services: ["mesos-slave"],
  },
];

/** The same without what a lab does not make that joins a Mesos. */
const machinesWithoutMesos = defaultMachines
  .map((machine) => ({ ...machine, services: machine.services.filter((name) => !isOfMesos(name)) }))
  .filter(({ services }) => services.length > 0);

/** @param joined whether the lab joins a Mesos that is there already. */
export function usualMachines(joined: boolean): readonly Machine[] {
  return joined ? machinesWithoutMesos : defaultMachines;
}

/** The box of a lab that names none. */
export function defaultBox(stack: StackName, provider: ProviderName): Box {
  return boxes[stack][provider === "libvirt" ? "libvirt" : "other"];
}
