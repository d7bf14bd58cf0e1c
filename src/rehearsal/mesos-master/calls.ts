import { type SchedulerCall, type TaskInfo, taskStates } from "../mesos/api.ts";
import { contains, fromApi, type Resources, subtract, sum } from "../mesos/resources.ts";
import { refuse } from "./allocator.ts";
import { type Cluster, type Framework, taskKey, tell } from "./cluster.ts";
import { endTask, type MasterWords, masterStatus, notify } from "./updates.ts";

/** Mesos' default for `refuse_seconds`. */
const refuseSeconds = 5;

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
  switch (call.type) {
    case "ACCEPT":
      accept(cluster, framework, call.accept);
      break;
    case "DECLINE":
      for (const offer of takeOffers(cluster, framework, call.decline.offer_ids)) {
        refuse(
          framework,
          offer.agentId,
          offer.resources,
          call.decline.filters?.refuse_seconds ?? refuseSeconds,
        );
      }
      break;
    case "REVIVE":
      framework.refusals.clear();
      break;
    case "KILL":
      kill(cluster, framework, call.kill.task_id.value, call.kill.agent_id?.value, knowsAll);
      break;
    case "ACKNOWLEDGE":
      acknowledge(cluster, framework, call.acknowledge);
      break;
    case "RECONCILE":
      reconcile(cluster, framework, call.reconcile.tasks ?? [], knowsAll);
  }
}

type Accept = Extract<SchedulerCall, { type: "ACCEPT" }>["accept"];
type Acknowledge = Extract<SchedulerCall, { type: "ACKNOWLEDGE" }>["acknowledge"];

function takeOffers(cluster: Cluster, framework: Framework, ids: readonly { value: string }[]) {
  return ids.flatMap(({ value: id }) => {
    const offer = cluster.offers.get(id);
    if (offer?.frameworkId !== framework.id) return [];
    cluster.offers.delete(id);
    return [offer];
  });
}

function accept(
  cluster: Cluster,
  framework: Framework,
  { offer_ids, operations, filters: wanted }: Accept,
): void {
  const offers = takeOffers(cluster, framework, offer_ids);
  const agentIds = new Set(offers.map((offer) => offer.agentId));
  const agentId = [...agentIds][0];
  const tasks = (operations ?? []).flatMap((one) =>
    one.type === "LAUNCH" ? (one.launch?.task_infos ?? []) : [],
  );
  if (offers.length !== offer_ids.length || agentId === undefined || agentIds.size > 1) {
    for (const task of tasks) {
      reject(framework, task, {
        state: "TASK_LOST",
        reason: "REASON_INVALID_OFFERS",
        message:
          "Task launched with invalid offers: an offer is no longer valid, or they are of several slaves",
      });
    }
    return;
  }
  let left: Resources = sum(offers.map((offer) => offer.resources));
  for (const task of tasks) {
    const needed = fromApi(task.resources ?? []);
    const problem = invalid(cluster, framework, task, agentId, needed, left);
    if (problem !== undefined) {
      reject(framework, task, { state: "TASK_ERROR", reason: "REASON_TASK_INVALID", message: problem });
      continue;
    }
    left = subtract(left, needed);
    launch(cluster, framework, task, needed);
  }
  refuse(framework, agentId, left, wanted?.refuse_seconds ?? refuseSeconds);
}

function invalid(
  cluster: Cluster,
  framework: Framework,
  task: TaskInfo,
  agentId: string,
  needed: Resources,
  left: Resources,
): string | undefined {
  const id = task.task_id.value;
  if (/[/\\]/.test(id) || id === "." || id === "..") return `TaskID '${id}' contains invalid characters`;
  if (cluster.findTask(framework.id, id) !== undefined) return `Task has duplicate ID: ${id}`;
  if (task.agent_id.value !== agentId)
    return `Task uses invalid slave ${task.agent_id.value} while slave ${agentId} is expected`;
  if (task.command === undefined)
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo";
  if (!contains(left, needed)) return "Task uses more resources than available";
  return undefined;
}

function launch(cluster: Cluster, framework: Framework, info: TaskInfo, resources: Resources): void {
  const agentId = info.agent_id.value;
  const agent = cluster.agents.get(agentId);
  if (agent === undefined) return;
  const task = { info, frameworkId: framework.id, agentId, resources, state: taskStates[0], statuses: [] };
  cluster.add(agent, task);
  if (tell(agent, { type: "LAUNCH", frameworkId: framework.id, task: info })) return;
  endTask(cluster, task, {
    state: "TASK_LOST",
    reason: "REASON_SLAVE_DISCONNECTED",
    message: "Slave disconnected",
  });
}

function reject(framework: Framework, task: TaskInfo, words: MasterWords): void {
  const status = masterStatus(task.task_id.value, task.agent_id.value, words);
  notify(framework, { type: "UPDATE", update: { status } });
}

function kill(
  cluster: Cluster,
  framework: Framework,
  taskId: string,
  agentId: string | undefined,
  knowsAll: boolean,
): void {
  const task = cluster.findTask(framework.id, taskId);
  const agent = task === undefined ? undefined : cluster.agents.get(task.agentId);
  if (agent === undefined) {
    // Not known: whether it is lost or only not heard of yet is a matter of reconciliation.
    const asked = {
      task_id: { value: taskId },
      ...(agentId === undefined ? {} : { agent_id: { value: agentId } }),
    };
    reconcile(cluster, framework, [asked], knowsAll);
  } else if (!tell(agent, { type: "KILL", taskId })) agent.pendingKills.add(taskId);
}

function acknowledge(cluster: Cluster, framework: Framework, { agent_id, task_id, uuid }: Acknowledge): void {
  const agent = cluster.agents.get(agent_id.value);
  if (agent === undefined) return;
  tell(agent, { type: "ACKNOWLEDGE", taskId: task_id.value, uuid });
  const task = agent.tasks.get(taskKey(framework.id, task_id.value));
  const last = task?.statuses.at(-1);
  const over = taskStates.indexOf(last?.state ?? "TASK_STAGING") > taskStates.indexOf("TASK_RUNNING");
  if (task !== undefined && over && last?.uuid === uuid) cluster.complete(task);
}

function reconcile(
  cluster: Cluster,
  framework: Framework,
  asked: readonly {
    readonly task_id: { readonly value: string };
    readonly agent_id?: { readonly value: string };
  }[],
  knowsAll: boolean,
): void {
  const report = (taskId: string, agentId: string | undefined, words: MasterWords) => {
    const status = masterStatus(taskId, agentId, { ...words, reason: "REASON_RECONCILIATION" });
    notify(framework, { type: "UPDATE", update: { status } });
  };
  const latest = "Reconciliation: Latest task state";
  if (asked.length === 0) {
    for (const task of cluster.tasksOf(framework.id)) {
      report(task.info.task_id.value, task.agentId, { state: task.state, message: latest });
    }
  }
  for (const { task_id, agent_id } of asked) {
    const task = cluster.findTask(framework.id, task_id.value);
    if (task !== undefined) {
      report(task_id.value, task.agentId, { state: task.state, message: latest });
      continue;
    }
    // An agent that this master has not met yet may still come and bring the task with it.
    const met = agent_id !== undefined && isMet(cluster, agent_id.value);
    if (met || knowsAll) {
      report(task_id.value, agent_id?.value, {
        state: "TASK_LOST",
        message: "Reconciliation: Task is unknown",
      });
    }
  }
}

function isMet(cluster: Cluster, agentId: string): boolean {
  return cluster.agents.has(agentId) || cluster.removedAgents.has(agentId);
}
