import { join } from "node:path";
import { type Container, effective } from "../../lab/catalogue/container.ts";
import { entryOf, isDiscovery, services } from "../../lab/catalogue/index.ts";
import { methods } from "../../lab/catalogue/methods.ts";
import type { StandIn } from "../../lab/catalogue/service.ts";
import { type Lab, machinesWith, type Part, partsOf } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";
import type { Instance, Plan, PlannedService, PlannedTasks } from "../../rehearsal/embedded/plan.ts";
import type { Callers } from "../../rehearsal/http/callers.ts";
import { parseZooKeeperUrl } from "../../rehearsal/store/zookeeper-url.ts";
import { packageRoot } from "../../tools/package-root.ts";
import { sandboxFolder, taskUsers } from "./task-users.ts";
import { zookeeperProgram } from "./zookeeper.ts";

const templates = join(packageRoot, "templates");

/** More agents than this share one process: a hundred processes would be a hundred times Node. */
const agentsWithOwnProcess = 4;
/** What of a lab runs as a process. */
export function processParts(lab: Lab): readonly Part[] {
  return partsOf(lab).filter((part) => hasProcess(lab, part));
}

/** Whether a process of the lab stands for this part. */
export function hasProcess(lab: Lab, { service }: Part): boolean {
  return service === "zookeeper" ? hasZookeeper(lab) : services[service].standIn !== undefined;
}

/** The name of a part's process: `marathon@master`. */
export function serviceId(lab: Lab, { service, machine }: Part): string {
  const isOnSlaves =
    service === "mesos-slave" || (isDiscovery(service) && methods[service].beside === "mesos-slave");
  return `${service}@${isOnSlaves && shareProcess(lab) ? "all" : machine.name}`;
}

function shareProcess(lab: Lab): boolean {
  return machinesWith(lab, "mesos-slave").length > agentsWithOwnProcess;
}

/** What the launcher of an embedded lab has to run: every service of every machine as a process on loopback. */
export function embeddedPlan(lab: Lab, folder: string, proxy: Plan["proxy"]): Plan {
  const planned = new Map<string, PlannedService>();
  const tasks = plannedTasks(lab, folder);
  for (const part of partsOf(lab)) {
    const { standIn } = services[part.service];
    if (standIn === undefined) continue;
    const id = serviceId(lab, part);
    const before = planned.get(id)?.instances ?? [];
    const instances = [...before, instance(lab, part, standIn, folder, tasks)];
    planned.set(id, { id, service: standIn.name, instances, log: `${folder}/logs/${id}.log` });
  }
  return {
    folder,
    storeFile: `${folder}/store.jsonl`,
    stateFile: `${folder}/state.json`,
    callers: callers(lab, tasks),
    ...(tasks && { tasks }),
    proxy,
    services: [...planned.values()],
    ...(lab.mesos && { joined: parseZooKeeperUrl(lab.mesos.zk).servers }),
    zookeeper: hasZookeeper(lab) ? "host" : "store",
    programs: processParts(lab)
      .filter(({ service }) => service === "zookeeper")
      .map((part) => zookeeperProgram(lab, part, folder)),
  };
}

/**
 * The lab's addresses and names, and the names that its Mesos-DNS gives: no name of the web can be among them.
 * The users are the one who makes the lab, also by `sudo`, and root. A lab that is shared takes calls of all users.
 */
function callers({ machines, runs }: Lab, tasks: PlannedTasks | undefined): Callers {
  const own = machines.flatMap(({ ip, name }) => [ip, name]);
  const hosts = [...new Set([...own, ".mesos", "localhost", "127.0.0.1"])];
  const user = process.getuid?.();
  if ((runs.kind === "embedded" && runs.shared) || user === undefined) return { hosts };
  const before = /^\d{1,9}$/.test(process.env.SUDO_UID ?? "") ? [Number(process.env.SUDO_UID)] : [];
  const users = [...new Set([user, 0, ...(user === 0 ? before : [])])];
  return { hosts, users, ...(tasks && { readers: tasks.users }) };
}

function plannedTasks({ runs }: Lab, folder: string): PlannedTasks | undefined {
  const users = taskUsers(folder);
  if (users === undefined) return undefined;
  const shared = runs.kind === "embedded" && runs.shared === true;
  return { users, mayName: !shared, folder: sandboxFolder(users) };
}

/** The settings of the catalogue's containers are for containers: as a process a stand-in is told other folders and addresses. */
function instance(
  lab: Lab,
  part: Part,
  { told }: StandIn,
  folder: string,
  tasks: PlannedTasks | undefined,
): Instance {
  const { machine } = part;
  const entry = entryOf(lab, part);
  const { env = {}, args = [] }: Partial<Container> = entry === undefined ? {} : effective(entry);
  const own = `${folder}/${machine.name}`;
  const work = tasks === undefined ? `${own}/mesos` : `${tasks.folder}/${machine.name}`;
  const more = told?.(lab, machine, { own, work, templates }) ?? {};
  return { machine: machine.name, args, ...more, env: { ...env, ...more.env } };
}
