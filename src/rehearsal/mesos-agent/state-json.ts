import type { CommandInfo } from "../mesos/api.ts";
import { isTerminal } from "../mesos/api.ts";
import { add, fromApi, type Resources, toState } from "../mesos/resources.ts";
import { mesosVersion } from "../mesos/version.ts";
import { type Execution, isOver, stateOf } from "./execution.ts";
import type { AgentView } from "./view.ts";

/** `/state.json`, field by field as 0.24.1 writes it. */
export function stateJson(agent: AgentView): object {
  const { tasks, flags } = agent;
  const master = agent.master();
  const current = [...tasks.current.values()];
  const isCurrent = ({ frameworkId }: Execution) => current.some((one) => one.frameworkId === frameworkId);
  return {
    version: mesosVersion,
    build_date: "",
    build_time: 0,
    build_user: "mesos-lab",
    start_time: agent.started.at / 1_000,
    id: agent.id(),
    pid: `slave(1)@${agent.ip}:${agent.port}`,
    hostname: agent.hostname,
    resources: toState(agent.resources),
    attributes: agent.attributes,
    ...(master === undefined ? {} : { master_hostname: master.hostname }),
    ...(flags.log_dir === undefined ? {} : { log_dir: flags.log_dir }),
    frameworks: frameworksJson(agent, current, tasks.completed.filter(isCurrent)),
    completed_frameworks: frameworksJson(
      agent,
      [],
      tasks.completed.filter((one) => !isCurrent(one)),
    ),
    flags,
  };
}

function frameworksJson(
  agent: AgentView,
  current: readonly Execution[],
  completed: readonly Execution[],
): object[] {
  const ids = new Set([...current, ...completed].map(({ frameworkId }) => frameworkId));
  return [...ids].map((id) => {
    const own = (list: readonly Execution[]) => list.filter(({ frameworkId }) => frameworkId === id);
    const info = [...own(current), ...own(completed)][0]?.framework;
    return {
      id,
      name: info?.name ?? "",
      user: info?.user ?? "",
      failover_timeout: info?.failover_timeout ?? 0,
      checkpoint: info?.checkpoint ?? false,
      role: info?.role ?? "*",
      hostname: info?.hostname ?? "",
      executors: own(current).map((one) => executorJson(agent, one)),
      completed_executors: own(completed).map((one) => executorJson(agent, one)),
    };
  });
}

/** What Mesos gives to the executor of a command, beside the task's own. */
const executorResources: Resources = { scalars: { cpus: 0.1, mem: 32 }, ranges: {} };

/** Each task has an executor of its own, with the task's id, as tasks without an executor have in Mesos. */
function executorJson(agent: AgentView, execution: Execution): object {
  const { info, containerId, directory } = execution;
  const state = stateOf(execution);
  const own = fromApi(info.resources ?? []);
  const task = taskJson(agent, execution);
  const queued = state === "TASK_STAGING";
  return {
    id: info.task_id.value,
    name: executorName(execution),
    source: info.task_id.value,
    container: containerId,
    directory,
    resources: toState(isTerminal(state) ? executorResources : add(own, executorResources)),
    tasks: queued || isOver(execution) ? [] : [task],
    queued_tasks: queued ? [{ ...queuedJson(agent, execution) }] : [],
    completed_tasks: isOver(execution) ? [task] : [],
  };
}

export function executorName({ info }: Execution): string {
  return `Command Executor (Task: ${info.task_id.value}) (Command: ${commandWords(info.command ?? {})})`;
}

function commandWords({ shell, value, arguments: words = [] }: CommandInfo): string {
  const short = (text: string) => (text.length > 15 ? `${text.slice(0, 12)}...` : text);
  if (shell !== false) return value === undefined ? "NO COMMAND" : `sh -c '${short(value)}'`;
  return value === undefined ? "NO EXECUTABLE" : `[${short([value, words.join(", ")].join(", "))}]`;
}

function taskJson(agent: AgentView, execution: Execution): object {
  const { info, frameworkId, statuses } = execution;
  return {
    id: info.task_id.value,
    name: info.name,
    framework_id: frameworkId,
    executor_id: "",
    slave_id: agent.id(),
    state: stateOf(execution),
    resources: toState(fromApi(info.resources ?? [])),
    statuses: statuses.map(({ state, timestamp, labels }) => ({
      state,
      timestamp,
      ...(labels === undefined ? {} : { labels: labels.labels }),
    })),
    labels: info.labels?.labels ?? [],
    ...(info.discovery === undefined ? {} : { discovery: info.discovery }),
  };
}

function queuedJson(agent: AgentView, { info }: Execution): object {
  return {
    id: info.task_id.value,
    name: info.name,
    slave_id: agent.id(),
    resources: toState(fromApi(info.resources ?? [])),
    data: "",
  };
}
