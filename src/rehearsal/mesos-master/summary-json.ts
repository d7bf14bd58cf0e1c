import { type TaskState, taskStates } from "../mesos/api.ts";
import { add, toState } from "../mesos/resources.ts";
import type { Cluster, MasterTask } from "./cluster.ts";
import { agentJson, frameworkSummary, type MasterView } from "./state-json.ts";

/** `/state-summary`: who is there and how many tasks are in which state. */
export function summaryJson({ cluster, info, flags }: MasterView): object {
  const known = [...cluster.frameworks.values()].flatMap((framework) => [
    ...cluster.tasksOf(framework.id),
    ...framework.completedTasks,
  ]);
  return {
    hostname: info.hostname,
    ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
    slaves: [...cluster.agents.values()].map((agent) => {
      const tasks = known.filter((task) => task.agentId === agent.id);
      return {
        ...agentJson(cluster, agent),
        ...countStates(tasks),
        framework_ids: [...new Set(tasks.map((task) => task.frameworkId))],
      };
    }),
    frameworks: [...cluster.frameworks.values()].map((framework) => {
      const tasks = [...cluster.tasksOf(framework.id), ...framework.completedTasks];
      return {
        ...frameworkSummary(cluster, framework),
        ...countStates(tasks),
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
