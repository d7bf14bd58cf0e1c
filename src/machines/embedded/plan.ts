import { type Container, effective } from "../../lab/catalogue/container.ts";
import { entryOf } from "../../lab/catalogue/index.ts";
import { isDiscovery } from "../../lab/discovery.ts";
import { type Lab, machinesWith, type Part, partsOf, type ServiceName } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";
import type { Instance, Plan, PlannedService } from "../../rehearsal/embedded/plan.ts";
import { embeddedDiscovery } from "./discovery.ts";
import { zookeeperProgram } from "./zookeeper.ts";

/** More agents than this share one process: a hundred processes would be a hundred times Node. */
const agentsWithOwnProcess = 4;
/** Where the ports for tasks begin, as in Mesos; each agent has a range of its own, since all share the host's ports. */
const firstTaskPort = 31_000;
const portsPerAgent = 1_000;
const portsForAll = 12_000;

/** ZooKeeper is a program of the host, or the launcher's store takes its place. */
const standIns: Partial<Record<ServiceName, PlannedService["service"]>> = {
  "mesos-master": "mesos-master",
  "mesos-slave": "mesos-agent",
  marathon: "marathon",
  bamboo: "bamboo",
  "mesos-dns": "mesos-dns",
  "marathon-lb": "marathon-lb",
  "haproxy-marathon-bridge": "haproxy-marathon-bridge",
};

/** What of a lab runs as a process. */
export function processParts(lab: Lab): readonly Part[] {
  return partsOf(lab).filter((part) => hasProcess(lab, part));
}

/** Whether a process of the lab stands for this part. */
export function hasProcess(lab: Lab, { service }: Part): boolean {
  return service === "zookeeper" ? hasZookeeper(lab) : standIns[service] !== undefined;
}

/** The name of a part's process: `marathon@master`. */
export function serviceId(lab: Lab, { service, machine }: Part): string {
  const isOnSlaves = service === "mesos-slave" || service === "haproxy-marathon-bridge";
  return `${service}@${isOnSlaves && shareProcess(lab) ? "all" : machine.name}`;
}

function shareProcess(lab: Lab): boolean {
  return machinesWith(lab, "mesos-slave").length > agentsWithOwnProcess;
}

/** What the launcher of an embedded lab has to run: every service of every machine as a process on loopback. */
export function embeddedPlan(lab: Lab, folder: string, proxy: Plan["proxy"]): Plan {
  const services = new Map<string, PlannedService>();
  for (const part of partsOf(lab)) {
    const service = standIns[part.service];
    if (service === undefined) continue;
    const id = serviceId(lab, part);
    const before = services.get(id)?.instances ?? [];
    const instances = [...before, instance(lab, part, folder)];
    services.set(id, { id, service, instances, log: `${folder}/logs/${id}.log` });
  }
  return {
    folder,
    storeFile: `${folder}/store.jsonl`,
    stateFile: `${folder}/state.json`,
    allowedHosts: allowedHosts(lab),
    proxy,
    services: [...services.values()],
    zookeeper: hasZookeeper(lab) ? "host" : "store",
    programs: processParts(lab)
      .filter(({ service }) => service === "zookeeper")
      .map((part) => zookeeperProgram(lab, part, folder)),
  };
}

/** The lab's addresses and names, and the names that its Mesos-DNS gives: no name of the web can be among them. */
function allowedHosts({ machines }: Lab): readonly string[] {
  const own = machines.flatMap(({ ip, name }) => [ip, name]);
  return [...new Set([...own, ".mesos", "localhost", "127.0.0.1"])];
}

function instance(lab: Lab, part: Part, folder: string): Instance {
  const { machine, service } = part;
  const { env = {}, args = [] } = containerOf(lab, part);
  const own = `${folder}/${machine.name}`;
  switch (service) {
    case "mesos-master":
      return { machine: machine.name, args, env: { ...env, MESOS_WORK_DIR: `${own}/mesos-master` } };
    case "mesos-slave": {
      // The settings of the catalogue's containers are for containers: their own folders and Docker.
      const more = {
        MESOS_WORK_DIR: `${own}/mesos`,
        MESOS_RESOURCES: resources(lab, part),
        // A real agent waits up to a second so that a thousand do not come at once.
        MESOS_REGISTRATION_BACKOFF_FACTOR: "50ms",
      };
      return { machine: machine.name, args, env: { ...env, ...more } };
    }
    case "marathon":
      // 5 s in Marathon, so that a thousand apps do not flood Mesos with requests for offers.
      return {
        machine: machine.name,
        args: [...args, "--http_address", machine.ip],
        env: { ...env, MARATHON_MIN_REVIVE_OFFERS_INTERVAL: "500" },
      };
    default: {
      const told = isDiscovery(service) ? embeddedDiscovery[service](lab, machine, own) : {};
      return { machine: machine.name, args, ...told, env: { ...env, ...told.env } };
    }
  }
}

/** What the part's container is told; nothing where it has none. */
function containerOf(lab: Lab, part: Part): Partial<Container> {
  const entry = entryOf(lab, part);
  return entry === undefined ? {} : effective(entry);
}

/** What a virtual machine of that size would offer, and ports of its own. */
function resources(lab: Lab, { machine }: Part): string {
  const agents = machinesWith(lab, "mesos-slave");
  const index = agents.findIndex(({ name }) => name === machine.name);
  const size = agents.length === 1 ? 1_001 : Math.min(portsPerAgent, Math.floor(portsForAll / agents.length));
  const first = firstTaskPort - index * size;
  const memory = machine.memory >= 2_048 ? machine.memory - 1_024 : Math.floor(machine.memory / 2);
  return `cpus:${machine.cpus};mem:${memory};ports:[${first}-${first + size - 1}]`;
}
