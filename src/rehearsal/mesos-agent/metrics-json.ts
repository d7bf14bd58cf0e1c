import { fromApi, noResources, sum } from "../mesos/resources.ts";
import { isOver, stateOf } from "./execution.ts";
import type { AgentView } from "./view.ts";

/** What agents count and a stand-in never has: it has no executors of frameworks, and no garbage to collect. */
const never = [
  ...["executor_directory_max_allowed_age_secs", "executors_preempted", "executors_registering"],
  ...["executors_terminating", "invalid_framework_messages", "invalid_status_updates", "recovery_errors"],
  ...["tasks_lost", "tasks_starting", "valid_framework_messages"],
];

/** `/metrics/snapshot`, without what all of Mesos' programs have in theirs. */
export function metricsJson(agent: AgentView): Record<string, number> {
  const current = [...agent.tasks.current.values()];
  const live = current.filter((execution) => !isOver(execution));
  const used = live.length === 0 ? noResources : sum(live.map(({ info }) => fromApi(info.resources ?? [])));
  const amounts = ["cpus", "disk", "mem"].flatMap((name): [string, number][] => {
    const [all, taken] = [agent.resources.scalars[name] ?? 0, used.scalars[name] ?? 0];
    return [
      [`slave/${name}_total`, all],
      [`slave/${name}_used`, taken],
      [`slave/${name}_percent`, all === 0 ? 0 : taken / all],
      ...["total", "used", "percent"].map((kind): [string, number] => [`slave/${name}_revocable_${kind}`, 0]),
    ];
  });
  const { counts } = agent.tasks;
  const inState = (state: string) => live.filter((one) => stateOf(one) === state).length;
  return {
    ...Object.fromEntries(never.map((name) => [`slave/${name}`, 0])),
    "slave/registered": agent.registered() ? 1 : 0,
    "slave/uptime_secs": (performance.now() - agent.started.since) / 1_000,
    "slave/frameworks_active": new Set(live.map(({ frameworkId }) => frameworkId)).size,
    "slave/executors_running": live.length,
    "slave/executors_terminated": agent.tasks.completed.length,
    "slave/tasks_staging": inState("TASK_STAGING"),
    "slave/tasks_running": inState("TASK_RUNNING"),
    "slave/tasks_finished": counts.finished,
    "slave/tasks_failed": counts.failed,
    "slave/tasks_killed": counts.killed,
    "slave/container_launch_errors": counts.launchErrors,
    "slave/valid_status_updates": counts.updates,
    ...Object.fromEntries(amounts),
  };
}
