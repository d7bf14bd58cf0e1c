import { join } from "node:path";
import { slaveNumber } from "../../lab/catalogue/addresses.ts";
import { type Container, effective } from "../../lab/catalogue/container.ts";
import { entryOf, isDiscovery, services } from "../../lab/catalogue/index.ts";
import { methods } from "../../lab/catalogue/methods.ts";
import type { StandIn } from "../../lab/catalogue/service.ts";
import { type Lab, type Machine, type Part, partsOf } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";
import type { Instance, Plan, PlannedService, PlannedTasks } from "../../rehearsal/embedded/plan.ts";
import type { Callers } from "../../rehearsal/http/callers.ts";
import { parseZooKeeperUrl } from "../../rehearsal/store/zookeeper-url.ts";
import { packageRoot } from "../../tools/package-root.ts";
import { sandboxFolder, taskUsers, usersOfSlave } from "./task-users.ts";
import { zookeeperProgram } from "./zookeeper.ts";

const templates = join(packageRoot, "templates");

/** The first slaves' agents; those of all others share one: a hundred processes would be a hundred times Node. */
const agentsWithOwnProcess = 4;
/** In the place of a machine's name: no machine can be called so. */
const otherSlaves = "all";

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
  // By its number alone: who joins or leaves changes no other's process.
  const shares = isOnSlaves && slaveNumber(lab, machine) > agentsWithOwnProcess;
  return `${service}@${shares ? otherSlaves : machine.name}`;
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

/** A plan that goes on with what runs on these machines by an earlier one, beside all that it has itself. */
export function withInstances(plan: Plan, before: Plan | undefined, machines: readonly Machine[]): Plan {
  const names = new Set(machines.map(({ name }) => name));
  const old = new Map(
    before?.services.map((service) => [
      service.id,
      { ...service, instances: service.instances.filter(({ machine }) => names.has(machine)) },
    ]),
  );
  const own = new Set(plan.services.map(({ id }) => id));
  const services = plan.services.map((service) => ({
    ...service,
    instances: [...service.instances, ...(old.get(service.id)?.instances ?? [])],
  }));
  const others = [...old.values()].filter(({ id, instances }) => !own.has(id) && instances.length > 0);
  const programs = before?.programs.filter(({ machine }) => names.has(machine)) ?? [];
  return {
    ...plan,
    services: [...services, ...others],
    programs: [...plan.programs, ...programs],
    callers: {
      ...plan.callers,
      hosts: [...plan.callers.hosts, ...machines.flatMap(({ ip, name }) => [ip, name])],
    },
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
  const users =
    part.service === "mesos-slave" && tasks && usersOfSlave(tasks.users, slaveNumber(lab, machine));
  return { machine: machine.name, args, ...more, ...(users && { users }), env: { ...env, ...more.env } };
}
