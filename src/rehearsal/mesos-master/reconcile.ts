import type { Cluster, Framework } from "./cluster.ts";
import { type MasterWords, masterStatus, notify } from "./updates.ts";

interface Asked {
  readonly task_id: { readonly value: string };
  readonly agent_id?: { readonly value: string };
}

const latest = "Reconciliation: Latest task state";

/**
 * Tells a framework how its tasks are: those that it asks for, or all that are known.
 * @param knowsAll whether every agent had the time to tell this master what it runs.
 */
export function reconcile(
  cluster: Cluster,
  framework: Framework,
  asked: readonly Asked[],
  knowsAll: boolean,
): void {
  const report = (taskId: string, agentId: string | undefined, words: MasterWords) => {
    const status = masterStatus(taskId, agentId, { ...words, reason: "REASON_RECONCILIATION" });
    notify(framework, { type: "UPDATE", update: { status } });
  };
  if (asked.length === 0) {
    for (const task of cluster.tasksOf(framework.id))
      report(task.info.task_id.value, task.agentId, { state: task.state, message: latest });
  }
  for (const { task_id, agent_id } of asked) {
    const task = cluster.findTask(framework.id, task_id.value);
    if (task !== undefined) {
      report(task_id.value, task.agentId, { state: task.state, message: latest });
    } else if (agent_id !== undefined && cluster.agents.has(agent_id.value)) {
      report(task_id.value, agent_id.value, {
        state: "TASK_LOST",
        message: "Reconciliation: Task is unknown to the slave",
      });
    } else if (knowsAll || (agent_id !== undefined && cluster.removedAgents.has(agent_id.value))) {
      // Before that an agent that this master has not met yet may still come and bring the task with it.
      report(task_id.value, agent_id?.value, {
        state: "TASK_LOST",
        message: "Reconciliation: Task is unknown",
      });
    }
  }
}
