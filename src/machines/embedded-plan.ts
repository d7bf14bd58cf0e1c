import { type Entry, effective } from "../lab/catalogue/container.ts";
import { catalogue, entriesOf } from "../lab/catalogue/index.ts";
import { hasZookeeper, type Lab, machinesWith, portsOf, type ServiceName } from "../lab/model.ts";
import type { Instance, Plan, PlannedService } from "../rehearsal/embedded/plan.ts";
import { zookeeperProgram } from "./embedded-zookeeper.ts";

/** More agents than this share one process: a hundred processes would be a hundred times Node. */
const agentsWithOwnProcess = 4;
/** Where the ports for tasks begin, as in Mesos; each agent has a range of its own, since all share the host's ports. */
const firstTaskPort = 31_000;
const portsPerAgent = 1_000;
const portsForAll = 12_000;

/** ZooKeeper is a program of the host or nothing; the other ways of discovery are not for embedded labs. */
const standIns: Partial<Record<ServiceName, PlannedService["service"]>> = {
  "mesos-master": "mesos-master",
  "mesos-slave": "mesos-agent",
  marathon: "marathon",
  bamboo: "bamboo",
};

/** The name of an entry's process: `marathon@master`. */
export function serviceId(lab: Lab, entry: Entry): string {
  const shared = entry.service === "mesos-slave" && shareProcess(lab);
  return `${entry.service}@${shared ? "all" : entry.machine.name}`;
}

function shareProcess(lab: Lab): boolean {
  return machinesWith(lab, "mesos-slave").length > agentsWithOwnProcess;
}

/** Whether a process of the lab stands for this container. */
export function hasProcess(lab: Lab, { service }: Entry): boolean {
  return service === "zookeeper" ? hasZookeeper(lab) : standIns[service] !== undefined;
}

/** What the launcher of an embedded lab has to run: every container of the catalogue as a process on loopback. */
export function embeddedPlan(lab: Lab, folder: string, proxy: Plan["proxy"]): Plan {
  const services = new Map<string, PlannedService>();
  for (const entry of catalogue(lab)) {
    const service = standIns[entry.service];
    if (service === undefined) continue;
    const id = serviceId(lab, entry);
    const before = services.get(id)?.instances ?? [];
    const instances = [...before, instance(lab, entry, folder)];
    services.set(id, { id, service, instances, log: `${folder}/logs/${id}.log` });
  }
  return {
    folder,
    storeFile: `${folder}/store.jsonl`,
    stateFile: `${folder}/state.json`,
    allowedHosts: [...new Set([...lab.machines.map(({ ip }) => ip), "localhost", "127.0.0.1"])],
    proxy,
    services: [...services.values()],
    zookeeper: hasZookeeper(lab) ? "host" : "store",
    programs: hasZookeeper(lab)
      ? entriesOf(lab, "zookeeper").map((entry) => zookeeperProgram(lab, entry, folder))
      : [],
  };
}

function instance(lab: Lab, entry: Entry, folder: string): Instance {
  const { machine, service } = entry;
  const { env = {}, args = [] } = effective(entry);
  const ports = portsOf(lab, machine);
  const own = `${folder}/${machine.name}`;
  switch (service) {
    case "mesos-master":
      return { machine: machine.name, args, env: { ...env, MESOS_WORK_DIR: `${own}/mesos-master` } };
    case "mesos-slave": {
      // The settings of the catalogue's containers are for containers: their own folders and Docker.
      const more = {
        MESOS_WORK_DIR: `${own}/mesos`,
        MESOS_RESOURCES: resources(lab, entry),
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
      const { HAPROXY_RELOAD_CMD: _, ...rest } = env;
      const more = {
        BIND: `${machine.ip}:${ports.bamboo}`,
        MESOS_LAB_PROXY_BIND: `${machine.ip}:${ports.haproxy}`,
      };
      return { machine: machine.name, args, env: { ...rest, ...more } };
    }
  }
}

/** What a virtual machine of that size would offer, and ports of its own. */
function resources(lab: Lab, { machine }: Entry): string {
  const agents = machinesWith(lab, "mesos-slave");
  const index = agents.findIndex(({ name }) => name === machine.name);
  const size = agents.length === 1 ? 1_001 : Math.min(portsPerAgent, Math.floor(portsForAll / agents.length));
  const first = firstTaskPort - index * size;
  const memory = machine.memory >= 2_048 ? machine.memory - 1_024 : Math.floor(machine.memory / 2);
  return `cpus:${machine.cpus};mem:${memory};ports:[${first}-${first + size - 1}]`;
}
