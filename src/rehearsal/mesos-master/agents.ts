import { type RecordSink, recordSink } from "../http/recordio.ts";
import { type AgentMessage, type Registration, taskKey } from "../mesos/agent-protocol.ts";
import { fromApi } from "../mesos/resources.ts";
import { withdraw } from "./allocator.ts";
import { type Agent, type Cluster, nameOf, tell } from "./cluster.ts";
import { endTask, notify, record } from "./updates.ts";

export interface PingRules {
  readonly intervalMs: number;
  readonly maxMissed: number;
}

/** Why agents are removed, in Mesos' words. */
const removals = {
  registered: "a new slave registered at the same address",
  unhealthy: "health check timed out",
  unregistered: "slave unregistered",
} as const;

/** The master's side of its agents. */
export class Agents {
  private readonly cluster: Cluster;
  private readonly rules: PingRules;
  private readonly onChange: () => void;

  constructor(cluster: Cluster, rules: PingRules, onChange: () => void) {
    this.cluster = cluster;
    this.rules = rules;
    this.onChange = onChange;
  }

  /** Takes an agent in, known or new; what it is told goes into the sink. */
  register(registration: Registration): RecordSink {
    const { agents, removedAgents, counters } = this.cluster;
    const isNew = registration.agentId === undefined;
    counters.add(isNew ? "messages_register_slave" : "messages_reregister_slave");
    const id = registration.agentId ?? this.cluster.nextId("agent");
    const sink: RecordSink = recordSink(() => this.disconnected(id, sink));
    if (removedAgents.has(id)) {
      sink.send({ type: "SHUTDOWN", message: "Slave attempted to re-register after removal" });
      sink.close();
      return sink;
    }
    for (const other of [...agents.values()]) {
      const samePlace =
        other.registration.ip === registration.ip && other.registration.port === registration.port;
      if (samePlace && other.id !== id) this.remove(other, "registered");
    }
    counters.add(isNew ? "slave_registrations" : "slave_reregistrations");
    const known = agents.get(id);
    known?.link?.close();
    const agent: Agent = known ?? {
      id,
      registration,
      registeredAt: Date.now(),
      link: sink,
      missedPings: 0,
      leaving: false,
      tasks: new Map(),
      pendingKills: new Map(),
    };
    agents.set(id, agent);
    agent.registration = registration;
    agent.share = undefined;
    agent.link = sink;
    agent.missedPings = 0;
    agent.leaving = false;
    if (registration.agentId !== undefined) agent.reregisteredAt = Date.now();
    tell(agent, { type: "REGISTERED", agentId: id, silenceMs: this.rules.intervalMs * this.rules.maxMissed });
    withdraw(this.cluster, (offer) => offer.agentId === id);
    this.reconcile(agent, registration);
    this.onChange();
    return sink;
  }

  /** The agent knows best what it runs: what it has is taken over, what it never got is lost. */
  private reconcile(agent: Agent, registration: Registration): void {
    const reported = new Set<string>();
    for (const { frameworkId, info, statuses } of registration.tasks) {
      const name = nameOf({ frameworkId, info });
      const key = taskKey(name);
      reported.add(key);
      if (this.cluster.completedFrameworks.some((framework) => framework.id === frameworkId)) {
        tell(agent, { type: "KILL", ...name });
      } else if (!agent.tasks.has(key)) {
        const state = statuses.at(-1)?.state ?? "TASK_STAGING";
        const resources = fromApi(info.resources ?? []);
        const task = { info, frameworkId, agentId: agent.id, resources, state, statuses: [...statuses] };
        this.cluster.add(agent, task);
      }
    }
    for (const [key, task] of [...agent.tasks]) {
      if (reported.has(key)) continue;
      endTask(this.cluster, task, {
        state: "TASK_LOST",
        reason: "REASON_TASK_UNKNOWN",
        message: "Task is unknown to the slave",
      });
    }
    for (const name of agent.pendingKills.values()) tell(agent, { type: "KILL", ...name });
    agent.pendingKills.clear();
  }

  /** @returns false when the agent is not registered: it has to register again. */
  receive(message: AgentMessage): boolean {
    const agent = this.cluster.agents.get(message.agentId);
    if (agent?.link === undefined) return false;
    if (message.type === "PONG") {
      agent.missedPings = 0;
      return true;
    }
    if (message.type === "LEAVING") {
      agent.leaving = message.leaving;
      if (agent.leaving) withdraw(this.cluster, (offer) => offer.agentId === agent.id);
      this.onChange();
      return true;
    }
    if (message.type === "UNREGISTER") {
      this.cluster.counters.add("messages_unregister_slave");
      this.remove(agent, "unregistered");
      return true;
    }
    const { status, frameworkId } = message;
    const name = { frameworkId, taskId: status.task_id.value };
    const task = agent.tasks.get(taskKey(name));
    this.cluster.counters.add("messages_status_update");
    this.cluster.counters.add(task === undefined ? "invalid_status_updates" : "valid_status_updates");
    if (task !== undefined) record(this.cluster, task, status);
    if (this.cluster.completedFrameworks.some((framework) => framework.id === frameworkId)) {
      tell(agent, { type: "ACKNOWLEDGE", ...name, uuid: status.uuid ?? "" });
      if (task !== undefined) this.cluster.complete(task);
    } else notify(this.cluster.frameworks.get(frameworkId), { type: "UPDATE", update: { status } });
    this.onChange();
    return true;
  }

  /** One round of pings; an agent that missed too many is removed, connected or not. */
  ping(): void {
    for (const agent of [...this.cluster.agents.values()]) {
      if (agent.missedPings >= this.rules.maxMissed) this.remove(agent, "unhealthy");
      else {
        agent.missedPings += 1;
        tell(agent, { type: "PING" });
      }
    }
  }

  private disconnected(id: string, sink: RecordSink): void {
    const agent = this.cluster.agents.get(id);
    if (agent?.link !== sink) return;
    agent.link = undefined;
    withdraw(this.cluster, (offer) => offer.agentId === id);
  }

  private remove(agent: Agent, reason: keyof typeof removals): void {
    const why = removals[reason];
    this.cluster.counters.add("slave_removals");
    this.cluster.counters.add(`slave_removals/reason_${reason}`);
    if (reason !== "unregistered") tell(agent, { type: "SHUTDOWN", message: why });
    agent.link?.close();
    agent.link = undefined;
    withdraw(this.cluster, (offer) => offer.agentId === agent.id);
    for (const task of [...agent.tasks.values()]) {
      endTask(this.cluster, task, {
        state: "TASK_LOST",
        reason: "REASON_AGENT_REMOVED",
        message: `Slave ${agent.registration.hostname} removed: ${why}`,
      });
    }
    this.cluster.agents.delete(agent.id);
    this.cluster.removedAgents.add(agent.id);
    for (const framework of this.cluster.frameworks.values()) {
      notify(framework, { type: "FAILURE", failure: { agent_id: { value: agent.id } } });
    }
    this.onChange();
  }
}
