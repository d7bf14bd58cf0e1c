import { isOfMesos, type Lab, type ServiceName } from "../lab/model.ts";
import { hasNetwork, hasZookeeper, mayReboot } from "../lab/runs.ts";

/** What a drill breaks, and in which words. */
export interface Drill {
  readonly name: string;
  readonly help: string;
  /** The first mark of its chain of causes. */
  readonly mark: string;
  /** The mark of the end of what it holds for a while. */
  readonly undone?: string;
  readonly breaks:
    | { readonly kind: "kill-task" }
    | { readonly kind: "remove-task" }
    | { readonly kind: "restart"; readonly service: ServiceName }
    /** The first machine that runs the service. */
    | { readonly kind: "reboot"; readonly service: ServiceName }
    /** Stopped without ending, and after so long going on. */
    | { readonly kind: "freeze"; readonly service: ServiceName; readonly holdMs: number }
    /** The machine of the service cut off from the lab's others, for so long. */
    | { readonly kind: "partition"; readonly service: ServiceName; readonly holdMs: number }
    /** Packets from the machine of the service to the lab's others late, and some lost, for so long. */
    | { readonly kind: "slow"; readonly service: ServiceName; readonly holdMs: number }
    /** The service without room for what it writes, for so long, and a task of the app that runs there killed. */
    | { readonly kind: "fill"; readonly service: ServiceName; readonly holdMs: number }
    | { readonly kind: "freeze-task"; readonly holdMs: number };
}

const restart = (word: string, service: ServiceName): Drill => ({
  name: `restart-${word}`,
  help: `restart ${service}`,
  mark: `${service} restarted`,
  breaks: { kind: "restart", service },
});

const reboot = (word: string, service: ServiceName): Drill => ({
  name: `reboot-${word}`,
  help: `reboot the machine of ${service}`,
  mark: "reboot asked of the machine",
  breaks: { kind: "reboot", service },
});

const freeze = (word: string, service: ServiceName, seconds: number): Drill => ({
  name: `freeze-${word}`,
  help: `stop ${service} for ${seconds} s without ending it`,
  mark: `${service} frozen`,
  undone: `${service} thawed`,
  breaks: { kind: "freeze", service, holdMs: seconds * 1000 },
});

export const drills: readonly Drill[] = [
  {
    name: "kill-task",
    help: "kill the app's task through Marathon, as its Kill button does",
    mark: "kill asked of Marathon",
    breaks: { kind: "kill-task" },
  },
  {
    name: "remove-container",
    help: "remove the task's container behind Mesos' back",
    mark: "container removed",
    breaks: { kind: "remove-task" },
  },
  restart("slave", "mesos-slave"),
  restart("master", "mesos-master"),
  restart("marathon", "marathon"),
  restart("bamboo", "bamboo"),
  restart("zookeeper", "zookeeper"),
  reboot("slave", "mesos-slave"),
  reboot("master", "mesos-master"),
  // The master gives an agent up that does not answer five pings, 15 s each.
  freeze("slave", "mesos-slave", 100),
  // Three times the session's timeout after which ZooKeeper gives a client up.
  freeze("master", "mesos-master", 30),
  {
    name: "freeze-task",
    help: "stop the app's task for 20 s without ending it",
    mark: "task frozen",
    undone: "task thawed",
    breaks: { kind: "freeze-task", holdMs: 20_000 },
  },
  {
    name: "partition-slave",
    help: "cut a slave's machine off from the lab's others for 100 s",
    mark: "slave cut off",
    undone: "slave no longer cut off",
    breaks: { kind: "partition", service: "mesos-slave", holdMs: 100_000 },
  },
  {
    name: "slow-slave",
    help: "have what a slave's machine sends arrive 200 ms late, and lose 5 % of it, for 30 s",
    mark: "slave slowed down",
    undone: "slave no longer slow",
    breaks: { kind: "slow", service: "mesos-slave", holdMs: 30_000 },
  },
  {
    name: "full-disk-slave",
    help: "leave a slave no room for what it writes for 30 s, and kill the app's task there",
    mark: "slave's disk full",
    undone: "slave's disk has room again",
    breaks: { kind: "fill", service: "mesos-slave", holdMs: 30_000 },
  },
];

/** The drills that a lab can be put through. */
export function drillsFor(lab: Lab): readonly Drill[] {
  return drills.filter((drill) => whyNot(drill, lab) === undefined);
}

/** How long a drill keeps something broken by itself; 0 where what it breaks comes back at once. */
export function holdMs({ breaks }: Drill): number {
  return "holdMs" in breaks ? breaks.holdMs : 0;
}

function breaksMesos(breaks: Drill["breaks"]): boolean {
  const task = breaks.kind === "remove-task" || breaks.kind === "freeze-task";
  return task || ("service" in breaks && isOfMesos(breaks.service));
}

/** Why a lab cannot be put through a drill, in one sentence; undefined where it can. */
export function whyNot({ name, breaks }: Drill, lab: Lab): string | undefined {
  if (lab.mesos !== undefined && breaksMesos(breaks))
    return `${name} would break what is not the lab's: its Mesos, at ${lab.mesos.zk}, is somebody else's`;
  if (breaks.kind === "restart" && breaks.service === "zookeeper" && !hasZookeeper(lab))
    return `${name} needs a ZooKeeper: this embedded lab has a store in its launcher instead, where all else hangs on`;
  if (breaks.kind === "partition" && !hasNetwork(lab))
    return `${name} needs machines with a network between them: in an embedded lab all share one loopback (freeze-slave comes near it)`;
  if (breaks.kind === "slow" && !hasNetwork(lab))
    return `${name} needs machines with a network between them: in an embedded lab all share one loopback`;
  if ((breaks.kind === "slow" || breaks.kind === "partition") && lab.machines.length < 2)
    return `${name} needs a second machine, with which the slave's talks`;
  if (breaks.kind === "fill" && !hasNetwork(lab))
    return `${name} needs a slave in a machine: in an embedded lab it writes to this computer's own disk`;
  if (breaks.kind === "partition" && !mayReboot(lab))
    return `${name} would cut off a machine of somebody's, which the lab file does not allow (drills: {reboot: true})`;
  if (breaks.kind === "slow" && !mayReboot(lab))
    return `${name} would slow down a machine of somebody's, which the lab file does not allow (drills: {reboot: true})`;
  if (breaks.kind === "reboot" && !mayReboot(lab))
    return `${name} would reboot a machine of somebody's, which the lab file does not allow (drills: {reboot: true})`;
  return undefined;
}
