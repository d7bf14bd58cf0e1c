import { randomUUID } from "node:crypto";
import { type RecordSink, recordSink } from "../http/recordio.ts";
import { type FrameworkInfo, isTerminal, type TaskStatus } from "../mesos/api.ts";
import { withdraw } from "./allocator.ts";
import { type Cluster, type Framework, type MasterTask, nameOf, tell } from "./cluster.ts";
import { masterStatus, notify, record } from "./updates.ts";

export const heartbeatSeconds = 15;

export interface Subscription {
  readonly streamId: string;
  readonly sink: RecordSink;
}

/** The master's side of its frameworks: coming, going away, coming back, and the end. */
export class Frameworks {
  private readonly cluster: Cluster;
  private readonly onChange: () => void;
  private closed = false;

  constructor(cluster: Cluster, onChange: () => void) {
    this.cluster = cluster;
    this.onChange = onChange;
  }

  /**
   * An id that this master does not know is taken over: it was given by the master before it.
   * @param force takes the place of a connection that is there; without it the new one is refused
   * @param driver where its scheduler driver is, where it has one
   */
  subscribe(info: FrameworkInfo, force: boolean, driver: string | undefined): Subscription {
    const { frameworks, completedFrameworks, counters } = this.cluster;
    const streamId = randomUUID();
    const wantedId = info.id?.value || undefined;
    const id = wantedId ?? this.cluster.nextId("framework");
    counters.add(wantedId === undefined ? "messages_register_framework" : "messages_reregister_framework");
    const sink: RecordSink = recordSink(() => this.disconnected(id, sink));
    const known = frameworks.get(id);
    if (completedFrameworks.some((framework) => framework.id === id))
      return refused({ streamId, sink }, "Framework has been removed");
    if (known?.link !== undefined && !force)
      return refused({ streamId, sink }, "Framework is already connected");
    if (known?.link !== undefined) {
      notify(known, { type: "ERROR", error: { message: "Framework failed over" } });
      known.link.close();
    }
    clearTimeout(known?.failover);
    const framework: Framework = known ?? {
      id,
      info,
      link: undefined,
      streamId,
      driver,
      registeredAt: Date.now(),
      refusals: new Map(),
      completedTasks: [],
    };
    frameworks.set(id, framework);
    if (wantedId !== undefined) framework.reregisteredAt = Date.now();
    framework.info = info;
    framework.driver = driver;
    // Offers to the connection before this one cannot be answered any more.
    framework.link = undefined;
    withdraw(this.cluster, (offer) => offer.frameworkId === id);
    framework.link = sink;
    framework.streamId = streamId;
    framework.refusals.clear();
    notify(framework, {
      type: "SUBSCRIBED",
      subscribed: { framework_id: { value: id }, heartbeat_interval_seconds: heartbeatSeconds },
    });
    notify(framework, { type: "HEARTBEAT" });
    this.onChange();
    return { streamId, sink };
  }

  /** To those that were removed as well: as with Mesos nothing else tells them that they are. */
  heartbeat(): void {
    const { frameworks, completedFrameworks } = this.cluster;
    for (const framework of [...frameworks.values(), ...completedFrameworks])
      notify(framework, { type: "HEARTBEAT" });
  }

  /** Ends a framework and all its tasks. Its connection stays, without a word on it. */
  teardown(framework: Framework): void {
    clearTimeout(framework.failover);
    this.cluster.counters.add("messages_unregister_framework");
    withdraw(this.cluster, (offer) => offer.frameworkId === framework.id, "silently");
    framework.unregisteredAt = Date.now();
    for (const task of this.cluster.tasksOf(framework.id)) {
      const agent = this.cluster.agents.get(task.agentId);
      if (agent !== undefined) tell(agent, { type: "KILL", ...nameOf(task) });
      if (!isTerminal(task.state)) record(this.cluster, task, removal(framework, task));
      this.cluster.complete(task);
    }
    this.cluster.retire(framework);
    this.onChange();
  }

  close(): void {
    this.closed = true;
    for (const framework of this.cluster.frameworks.values()) clearTimeout(framework.failover);
  }

  private disconnected(id: string, sink: RecordSink): void {
    const { frameworks, completedFrameworks } = this.cluster;
    const gone = completedFrameworks.find((framework) => framework.link === sink);
    if (gone !== undefined) gone.link = undefined;
    const framework = frameworks.get(id);
    if (framework?.link !== sink) return;
    framework.link = undefined;
    framework.streamId = undefined;
    withdraw(this.cluster, (offer) => offer.frameworkId === id);
    // A master that ends waits for nobody.
    if (this.closed) return;
    const waitMs = Math.min((framework.info.failover_timeout ?? 0) * 1_000, 2 ** 31 - 1);
    framework.failover = setTimeout(() => this.teardown(framework), waitMs);
    this.onChange();
  }
}

function refused(subscription: Subscription, message: string): Subscription {
  subscription.sink.send({ type: "ERROR", error: { message } });
  subscription.sink.close();
  return subscription;
}

function removal(framework: Framework, task: MasterTask): TaskStatus {
  return masterStatus(task.info.task_id.value, task.agentId, {
    state: "TASK_KILLED",
    reason: "REASON_FRAMEWORK_REMOVED",
    message: `Framework ${framework.id} removed`,
  });
}
