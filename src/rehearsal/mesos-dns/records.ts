import { isIPv4 } from "node:net";
import type { IpSource, MesosDnsConfig } from "./config.ts";
import { agentTail, shortHash, toLabel, toLabels } from "./labels.ts";
import { type MesosState, pidAddress, portNumbers, type StateTask } from "./state.ts";

export interface Target {
  /** Without a dot at its end, as all names here. */
  readonly host: string;
  readonly port: number;
}

/** What `/v1/enumerate` tells of a task. */
export interface EnumeratedTask {
  readonly name: string;
  readonly id: string;
  readonly records: { readonly name: string; readonly host: string; readonly rtype: "A" | "SRV" }[];
}

/** All names of one moment, in lower case. */
export class Records {
  readonly addresses = new Map<string, string[]>();
  readonly services = new Map<string, Target[]>();
  readonly frameworks: { readonly name: string; readonly tasks: EnumeratedTask[] }[] = [];
  /** Names that have names below them: they exist, with nothing of their own. */
  private readonly parents = new Set<string>();

  /** Whether there is anything at or below a name. */
  exists(name: string): boolean {
    return this.addresses.has(name) || this.services.has(name) || this.parents.has(name);
  }

  addAddress(name: string, ip: string, task?: EnumeratedTask): void {
    if (!isIPv4(ip)) return;
    const known = this.addresses.get(name) ?? [];
    if (!known.includes(ip)) this.addresses.set(name, [...known, ip]);
    task?.records.push({ name: `${name}.`, host: ip, rtype: "A" });
    this.addParents(name);
  }

  addService(name: string, target: Target, task?: EnumeratedTask): void {
    const known = this.services.get(name) ?? [];
    if (!known.some(({ host, port }) => host === target.host && port === target.port))
      this.services.set(name, [...known, target]);
    task?.records.push({ name: `${name}.`, host: `${target.host}.:${target.port}`, rtype: "SRV" });
    this.addParents(name);
  }

  private addParents(name: string): void {
    for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1))
      this.parents.add(name.slice(dot + 1));
  }
}

/** Every record that a state of Mesos gives. */
export function recordsOf(state: MesosState, config: MesosDnsConfig): Records {
  const records = new Records();
  const { domain, enforceRFC952: strict } = config;
  for (const framework of state.frameworks) {
    const name = `${toLabels(framework.name, strict)}.${domain}`;
    const pid = pidAddress(framework.pid);
    records.addAddress(name, pid?.host ?? framework.hostname);
    if (pid !== undefined) records.addService(`_framework._tcp.${name}`, { host: name, port: pid.port });
  }
  const agents = new Map<string, string>();
  for (const { id, hostname, pid } of state.slaves) {
    const address = pidAddress(pid);
    agents.set(id, address?.host ?? hostname);
    records.addAddress(`slave.${domain}`, address?.host ?? hostname);
    if (address !== undefined)
      records.addService(`_slave._tcp.${domain}`, { host: `slave.${domain}`, port: address.port });
  }
  addMasters(records, state.leader, config);
  if (config.listener !== "0.0.0.0") records.addAddress(config.SOAMname.toLowerCase(), config.listener);
  for (const framework of state.frameworks) {
    const tasks: EnumeratedTask[] = [];
    records.frameworks.push({ name: framework.name, tasks });
    for (const task of framework.tasks) {
      const agent = agents.get(task.slave_id);
      if (agent === undefined || task.state !== "TASK_RUNNING") continue;
      const enumerated: EnumeratedTask = { name: task.name, id: task.id, records: [] };
      tasks.push(enumerated);
      addTask(records, task, { agent, framework: toLabels(framework.name, strict), config }, enumerated);
    }
  }
  return records;
}

function addMasters(records: Records, leader: string, { domain, masters }: MesosDnsConfig): void {
  const address = pidAddress(leader);
  if (address === undefined) return;
  records.addAddress(`leader.${domain}`, address.host);
  records.addAddress(`master.${domain}`, address.host);
  for (const protocol of ["_tcp", "_udp"])
    records.addService(`_leader.${protocol}.${domain}`, { host: `leader.${domain}`, port: address.port });
  const ips = [...new Set([...masters.map((master) => master.replace(/:\d+$/, "")), address.host])];
  for (const [index, ip] of ips.entries()) {
    records.addAddress(`master.${domain}`, ip);
    records.addAddress(`master${index}.${domain}`, ip);
  }
}

function addTask(
  records: Records,
  task: StateTask,
  around: { readonly agent: string; readonly framework: string; readonly config: MesosDnsConfig },
  enumerated: EnumeratedTask,
): void {
  const { agent, framework, config } = around;
  const { domain, enforceRFC952: strict } = config;
  const name = toLabel(task.discovery?.name || task.name, strict);
  const canonical = `${name}-${shortHash(task.id)}-${agentTail(task.slave_id)}.${framework}`;
  const ip = taskAddress(task, agent, config.IPSources);
  for (const host of [`${name}.${framework}`, canonical]) {
    if (ip !== undefined) records.addAddress(`${host}.${domain}`, ip, enumerated);
    records.addAddress(`${host}.slave.${domain}`, agent, enumerated);
  }
  const advertised = task.discovery?.ports.ports ?? [];
  for (const port of portNumbers(task.resources.ports)) {
    const target = { host: `${canonical}.slave.${domain}`, port };
    for (const protocol of ["_tcp", "_udp"]) {
      records.addService(`_${name}.${protocol}.${framework}.slave.${domain}`, target, enumerated);
      if (task.discovery === undefined)
        records.addService(`_${name}.${protocol}.${framework}.${domain}`, target, enumerated);
    }
  }
  for (const { number, name: portName, protocol } of advertised) {
    const target = { host: `${canonical}.${domain}`, port: number };
    for (const each of protocol === "" ? ["tcp", "udp"] : [protocol.toLowerCase()]) {
      const service = `_${name}._${each}.${framework}.${domain}`;
      records.addService(service, target, enumerated);
      const own = toLabel(portName, strict);
      if (own !== "") records.addService(`_${own}.${service}`, target, enumerated);
    }
  }
}

function taskAddress(task: StateTask, agent: string, sources: readonly IpSource[]): string | undefined {
  const status = task.statuses
    .filter(({ state }) => state === "TASK_RUNNING")
    .toSorted((a, b) => b.timestamp - a.timestamp)[0];
  const labelled = (key: string) => status?.labels.find((label) => label.key === key)?.value;
  const known: Record<IpSource, string | undefined> = {
    host: agent,
    netinfo: status?.container_status?.network_infos
      .flatMap(({ ip_address, ip_addresses }) => [...ip_addresses.map((each) => each.ip_address), ip_address])
      .find((ip) => ip !== ""),
    mesos: labelled("MesosContainerizer.NetworkSettings.IPAddress"),
    docker: labelled("Docker.NetworkSettings.IPAddress"),
  };
  return sources.map((source) => known[source]).find((ip) => ip !== undefined && isIPv4(ip));
}
