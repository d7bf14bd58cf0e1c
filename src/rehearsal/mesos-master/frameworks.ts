import { randomUUID } from "node:crypto";
import { type RecordSink, recordSink } from "../http/recordio.ts";
import type { FrameworkInfo } from "../mesos/api.ts";
import { withdraw } from "./allocator.ts";
import { type Cluster, type Framework, tell } from "./cluster.ts";
import { notify } from "./updates.ts";

export const heartbeatSeconds = 15;

export interface Subscription {
  readonly streamId: string;
  readonly sink: RecordSink;
}

/** The master's side of its frameworks: coming, going away, coming back, and the end. */
export class Frameworks {
  private readonly cluster: Cluster;
  private readonly onChange: () => void;

  constructor(cluster: Cluster, onChange: () => void) {
    this.cluster = cluster;
    this.onChange = onChange;
  }

  /** An id that this master does not know is taken over: it was given by the master before it. */
  subscribe(info: FrameworkInfo, wantedId: string | undefined): Subscription {
    const { frameworks, completedFrameworks } = this.cluster;
    const streamId = randomUUID();
    const id = wantedId ?? this.cluster.nextId("framework");
    const sink: RecordSink = recordSink(() => this.disconnected(id, sink));
    if (completedFrameworks.some((framework) => framework.id === id)) {
      sink.send({ type: "ERROR", error: { message: "Framework has been removed" } });
      sink.close();
      return { streamId, sink };
    }
    const known = frameworks.get(id);
    if (known?.link !== undefined) {
      notify(known, { type: "ERROR", error: { message: "Framework failed over" } });
      known.link.close();
    }
    clearTimeout(known?.failover);
    const framework: Framework = known ?? {
      id,
      info,
      link: sink,
      streamId,
      registeredAt: Date.now(),
      refusals: new Map(),
      completedTasks: [],
    };
    frameworks.set(id, framework);
    if (wantedId !== undefined) framework.reregisteredAt = Date.now();
    framework.info = info;
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
    this.onChange();
    return { streamId, sink };
  }

  heartbeat(): void {
    for (const framework of this.cluster.frameworks.values()) notify(framework, { type: "HEARTBEAT" });
  }

  /** Ends a framework and all its tasks. */
  teardown(framework: Framework): void {
    clearTimeout(framework.failover);
    framework.unregisteredAt = Date.now();
    const { link } = framework;
    framework.link = undefined;
    withdraw(this.cluster, (offer) => offer.frameworkId === framework.id);
    for (const task of this.cluster.tasksOf(framework.id)) {
      const agent = this.cluster.agents.get(task.agentId);
      if (agent !== undefined) tell(agent, { type: "KILL", taskId: task.info.task_id.value });
      task.state = "TASK_KILLED";
      this.cluster.complete(task);
    }
    this.cluster.retire(framework);
    link?.close();
    this.onChange();
  }

  close(): void {
    for (const framework of this.cluster.frameworks.values()) clearTimeout(framework.failover);
  }

  private disconnected(id: string, sink: RecordSink): void {
    const framework = this.cluster.frameworks.get(id);
    if (framework?.link !== sink) return;
    framework.link = undefined;
    framework.streamId = undefined;
    withdraw(this.cluster, (offer) => offer.frameworkId === id);
    const waitMs = Math.min((framework.info.failover_timeout ?? 0) * 1_000, 2 ** 31 - 1);
    framework.failover = setTimeout(() => this.teardown(framework), waitMs);
    this.onChange();
  }
}
