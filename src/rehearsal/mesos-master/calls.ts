import { taskKey } from "../mesos/agent-protocol.ts";
import { isTerminal, type SchedulerCall } from "../mesos/api.ts";
import { accept, decline } from "./accept.ts";
import { type Cluster, type Framework, tell } from "./cluster.ts";
import { reconcile } from "./reconcile.ts";

export type CallAfterSubscribe = Exclude<SchedulerCall, { type: "SUBSCRIBE" | "TEARDOWN" }>;

/**
 * Does what a subscribed scheduler asks for.
 * @param knowsAll whether every agent had the time to tell this master what it runs.
 */
export function handle(
  cluster: Cluster,
  framework: Framework,
  call: CallAfterSubscribe,
  knowsAll: boolean,
): void {
  const { counters } = cluster;
  switch (call.type) {
    case "ACCEPT":
      accept(cluster, framework, call.accept);
      break;
    case "DECLINE":
      counters.add("messages_decline_offers");
      decline(cluster, framework, call.decline);
      break;
    case "REVIVE":
      counters.add("messages_revive_offers");
      framework.refusals.clear();
      break;
    case "KILL":
      counters.add("messages_kill_task");
      kill(cluster, framework, call.kill, knowsAll);
      break;
    case "SHUTDOWN":
      shutdown(cluster, framework, call.shutdown);
      break;
    case "ACKNOWLEDGE":
      counters.add("messages_status_update_acknowledgement");
      acknowledge(cluster, framework, call.acknowledge);
      break;
    case "RECONCILE":
      counters.add("messages_reconcile_tasks");
      reconcile(cluster, framework, call.reconcile.tasks ?? [], knowsAll);
      break;
    case "MESSAGE":
      counters.add("messages_framework_to_executor");
      // No executor here listens: a command's does not either.
      break;
    case "REQUEST":
      // Mesos' own allocator does not heed it either.
      counters.add("messages_resource_request");
  }
}

type Part<Type, Name extends string> =
  Extract<SchedulerCall, { type: Type }> extends Record<Name, infer P> ? P : never;

function kill(cluster: Cluster, framework: Framework, call: Part<"KILL", "kill">, knowsAll: boolean): void {
  const name = { frameworkId: framework.id, taskId: call.task_id.value };
  const task = cluster.findTask(name.frameworkId, name.taskId);
  const agent = task === undefined ? undefined : cluster.agents.get(task.agentId);
  // Not known: whether it is lost or only not heard of yet is a matter of reconciliation.
  if (agent === undefined) reconcile(cluster, framework, [call], knowsAll);
  else if (!tell(agent, { type: "KILL", ...name })) agent.pendingKills.set(taskKey(name), name);
}

/** Ends the tasks of an executor. That of a command has the id of its task. */
function shutdown(
  cluster: Cluster,
  framework: Framework,
  { executor_id, agent_id }: Part<"SHUTDOWN", "shutdown">,
): void {
  const task = cluster.findTask(framework.id, executor_id.value);
  const agent = cluster.agents.get(task?.agentId ?? "");
  if (agent === undefined || (agent_id !== undefined && agent_id.value !== agent.id)) return;
  tell(agent, { type: "KILL", frameworkId: framework.id, taskId: executor_id.value });
}

function acknowledge(
  cluster: Cluster,
  framework: Framework,
  { agent_id, task_id, uuid }: Part<"ACKNOWLEDGE", "acknowledge">,
): void {
  const agent = cluster.agents.get(agent_id.value);
  if (agent === undefined) {
    cluster.counters.add("invalid_status_update_acknowledgements");
    return;
  }
  cluster.counters.add("valid_status_update_acknowledgements");
  const name = { frameworkId: framework.id, taskId: task_id.value };
  tell(agent, { type: "ACKNOWLEDGE", ...name, uuid });
  const task = agent.tasks.get(taskKey(name));
  const last = task?.statuses.at(-1);
  if (task !== undefined && last?.uuid === uuid && isTerminal(last.state)) cluster.complete(task);
}
