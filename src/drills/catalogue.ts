import { isOfMesos, type Lab, type ServiceName } from "../lab/model.ts";
import { hasZookeeper, mayReboot } from "../lab/runs.ts";

/** What a drill breaks, and in which words. */
export interface Drill {
  readonly name: string;
  readonly help: string;
  /** The first mark of its chain of causes. */
  readonly mark: string;
  readonly breaks:
    | { readonly kind: "kill-task" }
    | { readonly kind: "remove-task" }
    | { readonly kind: "restart"; readonly service: ServiceName }
    /** The first machine that runs the service. */
    | { readonly kind: "reboot"; readonly service: ServiceName };
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
];

/** The drills that a lab can be put through. */
export function drillsFor(lab: Lab): readonly Drill[] {
  return drills.filter((drill) => whyNot(drill, lab) === undefined);
}

function breaksMesos(breaks: Drill["breaks"]): boolean {
  return breaks.kind === "remove-task" || ("service" in breaks && isOfMesos(breaks.service));
}

/** Why a lab cannot be put through a drill, in one sentence; undefined where it can. */
export function whyNot({ name, breaks }: Drill, lab: Lab): string | undefined {
  if (lab.mesos !== undefined && breaksMesos(breaks))
    return `${name} would break what is not the lab's: its Mesos, at ${lab.mesos.zk}, is somebody else's`;
  if (breaks.kind === "restart" && breaks.service === "zookeeper" && !hasZookeeper(lab))
    return `${name} needs a ZooKeeper: this embedded lab has a store in its launcher instead, where all else hangs on`;
  if (breaks.kind === "reboot" && !mayReboot(lab))
    return `${name} would reboot a machine of somebody's, which the lab file does not allow (drills: {reboot: true})`;
  return undefined;
}
