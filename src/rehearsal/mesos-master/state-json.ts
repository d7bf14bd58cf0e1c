import type { TaskStatus } from "../mesos/api.ts";
import type { MasterInfo } from "../mesos/master-info.ts";
import { add, toState } from "../mesos/resources.ts";
import { mesosVersion } from "../mesos/version.ts";
import type { Agent, Cluster, Framework, MasterTask } from "./cluster.ts";
import type { Election } from "./election.ts";

/** What the views of a master are made from. */
export interface MasterView {
  readonly cluster: Cluster;
  readonly election: Election;
  readonly info: MasterInfo;
  readonly flags: Readonly<Record<string, string>>;
  /** On the wall clock, and on the one that does not step. */
  readonly started: { readonly at: number; readonly since: number };
}

export const seconds = (ms: number) => ms / 1_000;

/** `/state.json`, field by field as 0.24.1 writes it. */
export function stateJson(view: MasterView): object {
  const { cluster, election, info, flags, started } = view;
  const agents = [...cluster.agents.values()];
  const active = agents.filter((agent) => agent.link !== undefined).length;
  return {
    version: mesosVersion,
    build_date: "",
    build_time: 0,
    build_user: "mesos-lab",
    start_time: seconds(started.at),
    ...(election.electedAt === undefined ? {} : { elected_time: seconds(election.electedAt) }),
    id: info.id,
    pid: info.pid,
    hostname: info.hostname,
    activated_slaves: active,
    deactivated_slaves: agents.length - active,
    ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
    ...(election.leader === undefined ? {} : { leader: election.leader.pid }),
    ...(flags.log_dir === undefined ? {} : { log_dir: flags.log_dir }),
    flags,
    slaves: agents.map((agent) => agentJson(cluster, agent)),
    frameworks: [...cluster.frameworks.values()].map((framework) => frameworkJson(cluster, framework)),
    completed_frameworks: cluster.completedFrameworks.map((framework) => frameworkJson(cluster, framework)),
    orphan_tasks: orphans(cluster).map(taskJson),
    unregistered_frameworks: [...new Set(orphans(cluster).map((task) => task.frameworkId))],
  };
}

/** Tasks whose framework has not subscribed to this master (yet). */
export function orphans(cluster: Cluster): MasterTask[] {
  return [...cluster.tasks()].filter((task) => !cluster.frameworks.has(task.frameworkId));
}

export function agentJson(cluster: Cluster, agent: Agent): object {
  const { registration } = agent;
  return {
    id: agent.id,
    pid: `slave(1)@${registration.ip}:${registration.port}`,
    hostname: registration.hostname,
    registered_time: seconds(agent.registeredAt),
    ...(agent.reregisteredAt === undefined ? {} : { reregistered_time: seconds(agent.reregisteredAt) }),
    resources: toState(registration.resources),
    used_resources: toState(cluster.usedOn(agent)),
    offered_resources: toState(cluster.offered((offer) => offer.agentId === agent.id)),
    reserved_resources: {},
    unreserved_resources: toState(registration.resources),
    attributes: registration.attributes,
    active: agent.link !== undefined,
  };
}

/** What the state and its summary have in common. */
export function frameworkSummary(cluster: Cluster, framework: Framework): object {
  const { id, info } = framework;
  const used = cluster.used((task) => task.frameworkId === id);
  const offered = cluster.offered((offer) => offer.frameworkId === id);
  return {
    id,
    name: info.name,
    ...(framework.driver === undefined ? {} : { pid: framework.driver }),
    used_resources: toState(used),
    offered_resources: toState(offered),
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    hostname: info.hostname ?? "",
    webui_url: info.webui_url ?? "",
  };
}

function frameworkJson(cluster: Cluster, framework: Framework): object {
  const { id, info } = framework;
  const used = cluster.used((task) => task.frameworkId === id);
  const offered = cluster.offered((offer) => offer.frameworkId === id);
  return {
    ...frameworkSummary(cluster, framework),
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    role: info.role ?? "*",
    registered_time: seconds(framework.registeredAt),
    unregistered_time: seconds(framework.unregisteredAt ?? 0),
    active: framework.link !== undefined && framework.unregisteredAt === undefined,
    resources: toState(add(used, offered)),
    ...(framework.reregisteredAt === undefined
      ? {}
      : { reregistered_time: seconds(framework.reregisteredAt) }),
    tasks: cluster.tasksOf(id).map(taskJson),
    completed_tasks: framework.completedTasks.map(taskJson),
    offers: [...cluster.offers.values()]
      .filter((offer) => offer.frameworkId === id)
      .map((offer) => ({
        id: offer.id,
        framework_id: offer.frameworkId,
        slave_id: offer.agentId,
        resources: toState(offer.resources),
      })),
    executors: [],
    ...(info.labels === undefined ? {} : { labels: info.labels.labels }),
  };
}

export function taskJson(task: MasterTask): object {
  return {
    id: task.info.task_id.value,
    name: task.info.name,
    framework_id: task.frameworkId,
    executor_id: "",
    slave_id: task.agentId,
    state: task.state,
    resources: toState(task.resources),
    statuses: task.statuses.map(statusJson),
    labels: task.info.labels?.labels ?? [],
    ...(task.info.discovery === undefined ? {} : { discovery: task.info.discovery }),
  };
}

function statusJson(status: TaskStatus): object {
  return {
    state: status.state,
    timestamp: status.timestamp,
    ...(status.labels === undefined ? {} : { labels: status.labels.labels }),
  };
}
