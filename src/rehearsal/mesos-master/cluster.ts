import type { RecordSink } from "../http/recordio.ts";
import { type MasterMessage, type Registration, type TaskName, taskKey } from "../mesos/agent-protocol.ts";
import type { FrameworkInfo, TaskInfo, TaskState, TaskStatus } from "../mesos/api.ts";
import { isTerminal } from "../mesos/api.ts";
import { type Resources, subtract, sum } from "../mesos/resources.ts";
import { Counters } from "./counters.ts";

/** What the leading master knows. Nothing of it is kept: after a restart agents and frameworks tell it again. */

export interface MasterTask {
  readonly info: TaskInfo;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly resources: Resources;
  state: TaskState;
  readonly statuses: TaskStatus[];
}

export interface Agent {
  readonly id: string;
  registration: Registration;
  readonly registeredAt: number;
  reregisteredAt?: number;
  /** Undefined while the agent is away. */
  link: RecordSink | undefined;
  missedPings: number;
  /** Nothing of it is offered any more. */
  leaving: boolean;
  /** By task id within a framework. A task that ended stays until its last update is acknowledged. */
  readonly tasks: Map<string, MasterTask>;
  /** What its tasks use and leave, until one of them changes. */
  share?: { readonly used: Resources; readonly unused: Resources } | undefined;
  /** Kills that the agent could not be told, as it was away. */
  readonly pendingKills: Map<string, TaskName>;
}

export interface Refusal {
  readonly resources: Resources;
  readonly until: number;
}

export interface Framework {
  readonly id: string;
  info: FrameworkInfo;
  /** Undefined while the framework is away. */
  link: RecordSink | undefined;
  streamId: string | undefined;
  /** Where its scheduler driver is, `scheduler-…@ip:port`, if it has one: frameworks over HTTP have none. */
  driver: string | undefined;
  readonly registeredAt: number;
  reregisteredAt?: number;
  unregisteredAt?: number;
  failover?: NodeJS.Timeout;
  /** By agent. */
  readonly refusals: Map<string, Refusal[]>;
  readonly completedTasks: MasterTask[];
}

export interface Offer {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly resources: Resources;
}

const keptCompletedTasks = 1_000;
const keptCompletedFrameworks = 50;

export class Cluster {
  readonly agents = new Map<string, Agent>();
  readonly removedAgents = new Set<string>();
  readonly frameworks = new Map<string, Framework>();
  readonly completedFrameworks: Framework[] = [];
  readonly offers = new Map<string, Offer>();
  readonly counters = new Counters();
  readonly masterId: string;
  private counts = { agent: 0, framework: 0, offer: 0 };

  constructor(masterId: string) {
    this.masterId = masterId;
  }

  nextId(kind: "agent" | "framework" | "offer"): string {
    const number = this.counts[kind];
    this.counts[kind] += 1;
    if (kind === "framework") return `${this.masterId}-${String(number).padStart(4, "0")}`;
    return `${this.masterId}-${kind === "agent" ? "S" : "O"}${number}`;
  }

  *tasks(): Generator<MasterTask> {
    for (const agent of this.agents.values()) yield* agent.tasks.values();
  }

  tasksOf(frameworkId: string): MasterTask[] {
    return [...this.tasks()].filter((task) => task.frameworkId === frameworkId);
  }

  findTask(frameworkId: string, taskId: string): MasterTask | undefined {
    const key = taskKey({ frameworkId, taskId });
    for (const agent of this.agents.values()) {
      const task = agent.tasks.get(key);
      if (task !== undefined) return task;
    }
    return undefined;
  }

  used(by: (task: MasterTask) => boolean): Resources {
    return sum(
      [...this.tasks()].filter((task) => by(task) && !isTerminal(task.state)).map((task) => task.resources),
    );
  }

  usedOn(agent: Agent): Resources {
    return this.shareOf(agent).used;
  }

  offered(by: (offer: Offer) => boolean): Resources {
    return sum([...this.offers.values()].filter(by).map((offer) => offer.resources));
  }

  /** What is neither used nor in one of these offers, which are all of this agent. */
  freeOn(agent: Agent, offers: readonly Offer[]): Resources {
    return offers.reduce((left, offer) => subtract(left, offer.resources), this.shareOf(agent).unused);
  }

  /** Asked for at every round of offers, for every agent: counted only where something has changed. */
  private shareOf(agent: Agent) {
    if (agent.share === undefined) {
      const live = [...agent.tasks.values()].filter((task) => !isTerminal(task.state));
      const used = sum(live.map((task) => task.resources));
      agent.share = { used, unused: subtract(agent.registration.resources, used) };
    }
    return agent.share;
  }

  offersByAgent(): ReadonlyMap<string, readonly Offer[]> {
    const found = new Map<string, Offer[]>();
    for (const offer of this.offers.values())
      found.set(offer.agentId, [...(found.get(offer.agentId) ?? []), offer]);
    return found;
  }

  add(agent: Agent, task: MasterTask): void {
    agent.tasks.set(taskKey(nameOf(task)), task);
    agent.share = undefined;
  }

  /** A task has another state. */
  changed(task: MasterTask): void {
    const agent = this.agents.get(task.agentId);
    if (agent !== undefined) agent.share = undefined;
  }

  /** Moves a task that is over out of the way. */
  complete(task: MasterTask): void {
    this.changed(task);
    this.agents.get(task.agentId)?.tasks.delete(taskKey(nameOf(task)));
    const framework = this.frameworks.get(task.frameworkId);
    framework?.completedTasks.push(task);
    if ((framework?.completedTasks.length ?? 0) > keptCompletedTasks) framework?.completedTasks.shift();
  }

  retire(framework: Framework): void {
    this.frameworks.delete(framework.id);
    this.completedFrameworks.push(framework);
    if (this.completedFrameworks.length > keptCompletedFrameworks) this.completedFrameworks.shift();
  }
}

export function nameOf({ frameworkId, info }: Pick<MasterTask, "frameworkId" | "info">): TaskName {
  return { frameworkId, taskId: info.task_id.value };
}

export function tell(agent: Agent, message: MasterMessage): boolean {
  return agent.link?.send(message) ?? false;
}
