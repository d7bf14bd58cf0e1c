import { type TaskState, type TaskStatus, taskStates } from "../mesos/api.ts";
import type { MasterInfo } from "../mesos/master-info.ts";
import { add, noResources, type Resources, toState } from "../mesos/resources.ts";
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

const seconds = (ms: number) => ms / 1_000;

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

function frameworkJson(cluster: Cluster, framework: Framework): object {
  const { id, info } = framework;
  const used = cluster.used((task) => task.frameworkId === id);
  const offered = cluster.offered((offer) => offer.frameworkId === id);
  return {
    id,
    name: info.name,
    used_resources: toState(used),
    offered_resources: toState(offered),
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    hostname: info.hostname ?? "",
    webui_url: info.webui_url ?? "",
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    role: info.role ?? "*",
    registered_time: seconds(framework.registeredAt),
    unregistered_time: seconds(framework.unregisteredAt ?? 0),
    active: framework.link !== undefined,
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
    labels: info.labels?.labels ?? [],
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
    ...(status.container_status === undefined ? {} : { container_status: status.container_status }),
  };
}

/** `/state-summary`: who is there and how many tasks are in which state. */
export function summaryJson({ cluster, info, flags }: MasterView): object {
  return {
    hostname: info.hostname,
    ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
    slaves: [...cluster.agents.values()].map((agent) => ({
      ...agentJson(cluster, agent),
      ...countStates([...agent.tasks.values()]),
      framework_ids: [...new Set([...agent.tasks.values()].map((task) => task.frameworkId))],
    })),
    frameworks: [...cluster.frameworks.values()].map((framework) => {
      const tasks = cluster.tasksOf(framework.id);
      const {
        tasks: _tasks,
        completed_tasks: _completed,
        ...rest
      } = frameworkJson(cluster, framework) as {
        tasks: unknown;
        completed_tasks: unknown;
      };
      return {
        ...rest,
        ...countStates([...tasks, ...framework.completedTasks]),
        slave_ids: [...new Set(tasks.map((task) => task.agentId))],
      };
    }),
  };
}

function countStates(tasks: readonly MasterTask[]): Record<TaskState, number> {
  const count = (state: TaskState) => tasks.filter((task) => task.state === state).length;
  return Object.fromEntries(taskStates.map((state) => [state, count(state)])) as Record<TaskState, number>;
}

/** `/roles.json` */
export function rolesJson(cluster: Cluster): object {
  const frameworks = [...cluster.frameworks.values()];
  const names = new Set(["*", ...frameworks.map((framework) => framework.info.role ?? "*")]);
  return {
    roles: [...names].sort().map((name) => {
      const members = frameworks
        .filter((framework) => (framework.info.role ?? "*") === name)
        .map(({ id }) => id);
      const used = cluster.used((task) => members.includes(task.frameworkId));
      const offered = cluster.offered((offer) => members.includes(offer.frameworkId));
      return { name, weight: 1, resources: toState(add(used, offered)), frameworks: members };
    }),
  };
}

/** `/metrics/snapshot` */
export function metricsJson({ cluster, election, started }: MasterView): Record<string, number> {
  const agents = [...cluster.agents.values()];
  const frameworks = [...cluster.frameworks.values()];
  const connected = agents.filter((agent) => agent.link !== undefined);
  const subscribed = frameworks.filter((framework) => framework.link !== undefined).length;
  const live = (state: TaskState) => [...cluster.tasks()].filter((task) => task.state === state).length;
  const total = connected.reduce<Resources>(
    (all, agent) => add(all, agent.registration.resources),
    noResources,
  );
  const used = cluster.used(() => true);
  const amounts = ["cpus", "disk", "mem"].flatMap((name): [string, number][] => {
    const [all, taken] = [total.scalars[name] ?? 0, used.scalars[name] ?? 0];
    return [
      [`master/${name}_total`, all],
      [`master/${name}_used`, taken],
      [`master/${name}_percent`, all === 0 ? 0 : taken / all],
    ];
  });
  return {
    "master/elected": election.elected ? 1 : 0,
    "master/uptime_secs": seconds(performance.now() - started.since),
    "master/slaves_connected": connected.length,
    "master/slaves_disconnected": agents.length - connected.length,
    "master/slaves_active": connected.length,
    "master/slaves_inactive": agents.length - connected.length,
    "master/frameworks_connected": subscribed,
    "master/frameworks_disconnected": frameworks.length - subscribed,
    "master/frameworks_active": subscribed,
    "master/frameworks_inactive": frameworks.length - subscribed,
    "master/outstanding_offers": cluster.offers.size,
    "master/tasks_staging": live("TASK_STAGING"),
    "master/tasks_starting": live("TASK_STARTING"),
    "master/tasks_running": live("TASK_RUNNING"),
    "master/tasks_finished": cluster.ended.get("TASK_FINISHED") ?? 0,
    "master/tasks_failed": cluster.ended.get("TASK_FAILED") ?? 0,
    "master/tasks_killed": cluster.ended.get("TASK_KILLED") ?? 0,
    "master/tasks_lost": cluster.ended.get("TASK_LOST") ?? 0,
    "master/tasks_error": cluster.ended.get("TASK_ERROR") ?? 0,
    ...Object.fromEntries(amounts),
  };
}
