import {
  type Box,
  isOfMesos,
  type Machine,
  type ProviderName,
  type RunsOnName,
  type StackName,
} from "./model.ts";
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
 * MiB of a machine. Of the classic stack ZooKeeper, Mesos and Marathon on the master are two JVMs and a C++ program:
 * 1.5 GB is tight, 2 GB comfortable. Its agent offers its memory less 1 GB, so 2 GB leave room for five tasks of the
 * tutorial's 200 MB. The rehearsal stack's is the least with which a lab on virtual machines holds every claim, drill and
 * step of the lesson, on a master and a slave: `npm run bench:memory`. Both on one machine were not tried.
 */
export function defaultMemory(runsOn: RunsOnName, stack: StackName, services: readonly string[]): number {
  const isBoth = services.includes("mesos-slave") && services.includes("mesos-master");
  return runsOn === "vagrant" && stack === "rehearsal" && !isBoth ? 896 : 2048;
}
/** One core for the services, one for what they start; Marathon's start is the slowest step on one core. */
export const defaultCpus = 2;

/** Of a machine what a lab file must say, and nothing that depends on where it runs. */
type UsualMachine = Pick<Machine, "name" | "ip" | "services"> & {
  readonly memory?: undefined;
  readonly cpus?: undefined;
};

export const defaultMachines: readonly UsualMachine[] = [
  {
    name: "master",
    ip: "192.168.33.18",
    services: ["zookeeper", "mesos-master", "marathon", "bamboo"],
  },
  {
    name: "slave",
    ip: "192.168.33.19",
    services: ["mesos-slave"],
  },
];

/** The same without what a lab does not make that joins a Mesos. */
const machinesWithoutMesos = defaultMachines
  .map((machine) => ({ ...machine, services: machine.services.filter((name) => !isOfMesos(name)) }))
  .filter(({ services }) => services.length > 0);

/** @param joined whether the lab joins a Mesos that is there already. */
export function usualMachines(joined: boolean): readonly UsualMachine[] {
  return joined ? machinesWithoutMesos : defaultMachines;
}

/** The box of a lab that names none. */
export function defaultBox(stack: StackName, provider: ProviderName): Box {
  return boxes[stack][provider === "libvirt" ? "libvirt" : "other"];
}
