import { isTerminal, type SchedulerEvent, type TaskStatus } from "../mesos/api.ts";
import type { Cluster, Framework, MasterTask } from "./cluster.ts";

export function notify(framework: Framework | undefined, event: SchedulerEvent): void {
  framework?.link?.send(event);
}

/** Takes a status into the task's history. An update that comes again changes nothing. */
export function record(cluster: Cluster, task: MasterTask, status: TaskStatus): void {
  if (status.uuid !== undefined && task.statuses.some((known) => known.uuid === status.uuid)) return;
  const wasOver = isTerminal(task.state);
  task.statuses.push(status);
  if (wasOver) return;
  task.state = status.state;
  if (isTerminal(status.state)) cluster.changed(task);
  if (isTerminal(status.state)) cluster.counters.ended(status);
}

/** A status that the master makes up: nobody acknowledges it, so the task is over at once where it is terminal. */
export function masterStatus(taskId: string, agentId: string | undefined, rest: MasterWords): TaskStatus {
  return {
    task_id: { value: taskId },
    ...(agentId === undefined ? {} : { agent_id: { value: agentId } }),
    source: "SOURCE_MASTER",
    timestamp: Date.now() / 1_000,
    ...rest,
  };
}

export type MasterWords = Pick<TaskStatus, "state" | "message" | "reason">;

/** Ends a task by the master's own decision and tells its framework. */
export function endTask(cluster: Cluster, task: MasterTask, words: MasterWords): void {
  if (!isTerminal(task.state)) {
    const status = masterStatus(task.info.task_id.value, task.agentId, words);
    record(cluster, task, status);
    notify(cluster.frameworks.get(task.frameworkId), { type: "UPDATE", update: { status } });
  }
  cluster.complete(task);
}
