import type { ApiResource, SchedulerCall, TaskInfo } from "../mesos/api.ts";
import { taskStates } from "../mesos/api.ts";
import { contains, fromApi, type Resources, subtract, sum, toText } from "../mesos/resources.ts";
import { refuse } from "./allocator.ts";
import { type Cluster, type Framework, type Offer, tell } from "./cluster.ts";
import { endTask, type MasterWords, masterStatus, notify } from "./updates.ts";

/** For how long what was offered is kept from a framework; a time that can be none is Mesos' default. */
function refusedFor(filters: Accept["filters"]): number {
  const { refuse_seconds: asked = -1 } = filters ?? {};
  return asked < 0 ? 5 : asked;
}

type Accept = Extract<SchedulerCall, { type: "ACCEPT" }>["accept"];
type Decline = Extract<SchedulerCall, { type: "DECLINE" }>["decline"];

export function decline(cluster: Cluster, framework: Framework, { offer_ids, filters }: Decline): void {
  for (const { agentId, resources } of takeOffers(cluster, framework, offer_ids))
    refuse(framework, agentId, resources, refusedFor(filters));
}

/** Launches the tasks that fit into what was offered; for the rest the framework is left alone for a while. */
export function accept(cluster: Cluster, framework: Framework, call: Accept): void {
  const launches = (call.operations ?? []).filter(({ type }) => type === "LAUNCH");
  const tasks = launches.flatMap(({ launch }) => launch?.task_infos ?? []);
  for (const { launch } of launches)
    cluster.counters.add(launch?.task_infos.length ? "messages_launch_tasks" : "messages_decline_offers");
  const problem = invalidOffers(cluster, framework, call.offer_ids);
  const offers = takeOffers(cluster, framework, call.offer_ids);
  const agentId = offers[0]?.agentId;
  if (problem !== undefined || agentId === undefined) {
    const message = `Task launched with invalid offers: ${problem}`;
    for (const task of tasks)
      reject(cluster, framework, task, { state: "TASK_LOST", reason: "REASON_INVALID_OFFERS", message });
    return;
  }
  let left: Resources = sum(offers.map((offer) => offer.resources));
  for (const task of tasks) {
    const needed = fromApi(task.resources ?? []);
    const message = invalidTask(cluster, framework, task, agentId, needed, left);
    if (message !== undefined) {
      reject(cluster, framework, task, { state: "TASK_ERROR", reason: "REASON_TASK_INVALID", message });
      continue;
    }
    left = subtract(left, needed);
    launch(cluster, framework, task, needed);
  }
  refuse(framework, agentId, left, refusedFor(call.filters));
}

function takeOffers(cluster: Cluster, framework: Framework, ids: readonly { value: string }[]): Offer[] {
  return ids.flatMap(({ value: id }) => {
    const offer = cluster.offers.get(id);
    if (offer?.frameworkId !== framework.id) return [];
    cluster.offers.delete(id);
    return [offer];
  });
}

function invalidOffers(
  cluster: Cluster,
  framework: Framework,
  ids: readonly { value: string }[],
): string | undefined {
  if (ids.length === 0) return "No offers specified";
  const seen = new Set<string>();
  const agents = new Set<string>();
  for (const { value: id } of ids) {
    if (seen.has(id)) return `Duplicate offer ${id} in offer list`;
    seen.add(id);
    const offer = cluster.offers.get(id);
    if (offer === undefined) return `Offer ${id} is no longer valid`;
    if (offer.frameworkId !== framework.id)
      return `Offer ${id} has invalid framework ${offer.frameworkId} while framework ${framework.id} is expected`;
    agents.add(offer.agentId);
    const [first = ""] = agents;
    if (agents.size > 1)
      return `Aggregated offers must belong to one single slave. Offer ${id} uses slave ${offer.agentId} and slave ${first}`;
  }
  return undefined;
}

function invalidTask(
  cluster: Cluster,
  framework: Framework,
  task: TaskInfo,
  agentId: string,
  needed: Resources,
  left: Resources,
): string | undefined {
  const id = task.task_id.value;
  // "." and ".." are fine for Mesos; here they would be directories.
  if (/[/\\\p{Cc}]/u.test(id) || id === "." || id === "..")
    return `TaskID '${id}' contains invalid characters`;
  if (cluster.findTask(framework.id, id) !== undefined) return `Task has duplicate ID: ${id}`;
  if (task.agent_id.value !== agentId)
    return `Task uses invalid slave ${task.agent_id.value} while slave ${agentId} is expected`;
  if (task.executor !== undefined && task.command === undefined)
    return "The agents of the mesos-lab rehearsal have no custom executors: give the task a command";
  if ((task.command === undefined) === (task.executor === undefined))
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  if (toText(needed) === "") return "Task uses no resources";
  if (!contains(left, needed))
    return `Task uses more resources ${toText(needed)} than available ${toText(left)}`;
  return invalidResources(task.resources ?? []);
}

function invalidResources(resources: readonly ApiResource[]): string | undefined {
  const told = (shown: string, why: string) =>
    `Task uses invalid resources: Invalid resources: Resource '${shown}' is invalid: ${why}`;
  for (const { name, ...amount } of resources) {
    if (amount.type === "SCALAR" && amount.scalar.value < 0)
      return told(`${name}(*):${amount.scalar.value}`, "Invalid scalar resource: value < 0");
    const wrong = amount.type === "RANGES" && amount.ranges.range.find(({ begin, end }) => begin > end);
    if (wrong)
      return told(`${name}(*):[${wrong.begin}-${wrong.end}]`, "Invalid ranges resource: begin > end");
  }
  return undefined;
}

function launch(cluster: Cluster, framework: Framework, info: TaskInfo, resources: Resources): void {
  const agentId = info.agent_id.value;
  const agent = cluster.agents.get(agentId);
  if (agent === undefined) return;
  const task = { info, frameworkId: framework.id, agentId, resources, state: taskStates[0], statuses: [] };
  cluster.add(agent, task);
  if (tell(agent, { type: "LAUNCH", frameworkId: framework.id, framework: framework.info, task: info }))
    return;
  endTask(cluster, task, {
    state: "TASK_LOST",
    reason: "REASON_AGENT_DISCONNECTED",
    message: "Slave disconnected",
  });
}

function reject(cluster: Cluster, framework: Framework, task: TaskInfo, words: MasterWords): void {
  const status = masterStatus(task.task_id.value, task.agent_id.value, words);
  cluster.counters.ended(status);
  notify(framework, { type: "UPDATE", update: { status } });
}
