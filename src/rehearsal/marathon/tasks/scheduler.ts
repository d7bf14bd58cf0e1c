import { type ApiOffer, isTerminal, type SchedulerEvent, type TaskStatus } from "../../mesos/api.ts";
import { type AppDefinition, configVersion, type MarathonTask } from "../apps/model.ts";
import { newTaskId } from "../apps/path-id.ts";
import type { Registry } from "../apps/registry.ts";
import { timestamp } from "../apps/timestamp.ts";
import type { Deployments } from "../deployments/deployments.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { MarathonOptions } from "../options.ts";
import { planApp } from "./app-plan.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { LaunchDelays } from "./launch-delays.ts";
import { MesosClient } from "./mesos-client.ts";
import { OfferRequests } from "./offer-requests.ts";
import { contentOf, place, type Random } from "./offers.ts";
import { taskInfo } from "./task-info.ts";

export interface SchedulerParts {
  readonly registry: Registry;
  readonly deployments: Deployments;
  readonly bus: EventBus;
  readonly options: MarathonOptions;
  readonly webuiUrl: string;
  /** What it would be called as a libmesos driver: `scheduler-…@ip:port`. */
  readonly driver: string;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/** A kill that Mesos has not confirmed is asked for again after this time. */
const killRetryMs = 10_000;
const upkeepMs = 1_000;

/** Keeps the running tasks equal to what the apps ask for: launches, kills, replaces. */
export class Scheduler {
  readonly delays = new LaunchDelays();
  readonly health: HealthMonitor;
  private readonly parts: SchedulerParts;
  private readonly client: MesosClient;
  private readonly requests: OfferRequests;
  private readonly killedAt = new Map<string, number>();
  /** Since when tasks have been seen that have not started. */
  private readonly stagedSince = new Map<string, number>();
  private readonly delayTimers = new Map<string, NodeJS.Timeout>();
  private readonly upkeepTimer: NodeJS.Timeout;
  private lastReconcileMs = performance.now();
  /** Events are handled one after the other: each may write to the store. */
  private queue: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(parts: SchedulerParts) {
    this.parts = parts;
    const { bus, options, log } = parts;
    this.health = new HealthMonitor(
      bus,
      (task) => this.kill([task]),
      (task) => this.tend(task.appId),
    );
    this.client = new MesosClient(() => this.frameworkInfo(), parts.driver, {
      subscribed: (id, master) => this.enqueue(() => this.onSubscribed(id, master)),
      event: (event) => this.enqueue(() => this.onEvent(event)),
      disconnected: () => bus.publish("scheduler_disconnected_event", {}),
      log,
    });
    this.requests = new OfferRequests(
      () => void this.client.call({ type: "REVIVE" }),
      options.minReviveOffersIntervalMs,
      options.reviveOffersRepetitions,
    );
    this.upkeepTimer = setInterval(() => this.upkeep(), upkeepMs);
  }

  /** @param master where the leading Mesos master is, `host:port` */
  follow(master: string | undefined): void {
    this.client.follow(master);
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.upkeepTimer);
    for (const timer of this.delayTimers.values()) clearTimeout(timer);
    this.requests.satisfied();
    this.health.close();
    this.client.close();
    await this.queue;
  }

  /** Compares an app with its tasks and does what is next. */
  tend(appId: string): void {
    if (this.closed) return;
    const record = this.parts.registry.app(appId);
    const tasks = this.parts.registry.tasksOf(appId);
    if (record === undefined) {
      this.kill(tasks.filter((task) => !this.killedAt.has(task.id)));
      if (tasks.length === 0) this.parts.deployments.settled(appId);
      return;
    }
    const plan = this.plan(record.app);
    this.kill(plan.kill);
    if (plan.launch > 0) this.askFor(record.app);
    if (plan.settled) this.parts.deployments.settled(appId);
  }

  tendAll(): void {
    const { registry } = this.parts;
    const ids = [
      ...registry.definitions().map((app) => app.id),
      ...registry.allTasks().map((task) => task.appId),
    ];
    for (const id of new Set(ids)) this.tend(id);
  }

  /** Asks Mesos to end tasks; they stay listed until it says that they are gone. */
  kill(tasks: readonly MarathonTask[]): void {
    for (const task of tasks) {
      this.killedAt.set(task.id, performance.now());
      this.sendKill(task.id, task.slaveId);
    }
  }

  /** How many tasks of the app still have to be launched. */
  missing(app: AppDefinition): number {
    return this.plan(app).launch;
  }

  resetDelay(app: AppDefinition): void {
    this.delays.reset(app);
    clearTimeout(this.delayTimers.get(app.id));
    this.delayTimers.delete(app.id);
    this.tend(app.id);
  }

  private plan(app: AppDefinition) {
    const isUp = (task: MarathonTask) =>
      task.state === "TASK_RUNNING" &&
      (app.healthChecks.length === 0 || this.health.isHealthy(task.id) === true);
    return planApp(app, this.parts.registry.tasksOf(app.id), isUp, (task) => this.killedAt.has(task.id));
  }

  private askFor(app: AppDefinition): void {
    const waitMs = this.delays.deadline(app) - performance.now();
    if (waitMs <= 0) this.requests.request();
    if (waitMs <= 0 || this.delayTimers.has(app.id)) return;
    const timer = setTimeout(() => {
      this.delayTimers.delete(app.id);
      this.tend(app.id);
    }, waitMs);
    this.delayTimers.set(app.id, timer);
  }

  private enqueue(work: () => Promise<void>): void {
    this.queue = this.queue.then(async () => {
      if (this.closed) return;
      await work().catch((error: Error) => this.parts.log(`handling an event failed: ${error.message}`));
    });
  }

  private async onSubscribed(frameworkId: string, master: string): Promise<void> {
    const { registry, bus } = this.parts;
    if (registry.frameworkId === frameworkId) bus.publish("scheduler_reregistered_event", { master });
    else bus.publish("scheduler_registered_event", { frameworkId, master });
    await registry.saveFrameworkId(frameworkId);
    this.reconcile();
    for (const id of this.killedAt.keys()) this.sendKill(id, registry.task(id)?.slaveId);
    this.tendAll();
  }

  private async onEvent(event: SchedulerEvent): Promise<void> {
    if (event.type === "OFFERS") for (const offer of event.offers.offers) await this.onOffer(offer);
    else if (event.type === "UPDATE") await this.onStatus(event.update.status);
    else if (event.type === "ERROR") await this.onError(event.error.message);
  }

  private async onError(message: string): Promise<void> {
    this.parts.log(`Mesos reports an error: ${message}`);
    // Real Marathon forgets an id that Mesos has given up, and registers as a new framework.
    if (/removed|completed|failover/i.test(message)) await this.parts.registry.saveFrameworkId("");
  }

  private async onOffer(offer: ApiOffer): Promise<void> {
    const { registry, options, random } = this.parts;
    const infos = [];
    let remains = contentOf(offer);
    for (const app of registry.definitions()) {
      const due = this.delays.deadline(app) <= performance.now();
      while (due && infos.length < options.maxTasksPerOffer && this.missing(app) > 0) {
        const placement = place(app, registry.tasksOf(app.id), remains, random);
        if (placement === undefined) break;
        remains = placement.remains;
        const spec = {
          taskId: newTaskId(app.id),
          agentId: offer.agent_id.value,
          host: offer.hostname,
          hostPorts: placement.hostPorts,
        };
        infos.push(taskInfo(app, spec));
        // Written down first: a leader that dies here finds the task again.
        await registry.saveTask({
          id: spec.taskId,
          appId: app.id,
          host: offer.hostname,
          ipAddresses: [],
          ports: spec.hostPorts,
          startedAt: null,
          stagedAt: timestamp(),
          version: app.version,
          slaveId: spec.agentId,
          state: "TASK_STAGING",
          attributes: remains.attributes,
        });
      }
    }
    const offer_ids = [offer.id];
    if (infos.length === 0) {
      const filters = { refuse_seconds: options.declineOfferDurationMs / 1000 };
      await this.client.call({ type: "DECLINE", decline: { offer_ids, filters } });
      return;
    }
    const operations = [{ type: "LAUNCH", launch: { task_infos: infos } }];
    const accept = { offer_ids, operations, filters: { refuse_seconds: 0 } };
    const sent = await this.client.call({ type: "ACCEPT", accept });
    if (!sent) for (const info of infos) await registry.dropTask(info.task_id.value);
    if (registry.definitions().every((app) => this.missing(app) === 0)) this.requests.satisfied();
  }

  private async onStatus(status: TaskStatus): Promise<void> {
    const { registry } = this.parts;
    const task = registry.task(status.task_id.value);
    if (task !== undefined) await this.applyStatus(task, status);
    // A task that nobody knows of: left over from an app that is gone.
    else if (!isTerminal(status.state)) this.sendKill(status.task_id.value, status.agent_id?.value);
    if (status.uuid === undefined || status.agent_id === undefined) return;
    const { task_id, agent_id, uuid } = status;
    await this.client.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  private async applyStatus(task: MarathonTask, status: TaskStatus): Promise<void> {
    const { registry, bus } = this.parts;
    const running = status.state === "TASK_RUNNING";
    const now = status.timestamp ? timestamp(status.timestamp * 1000) : timestamp();
    const next: MarathonTask = {
      ...task,
      state: status.state,
      startedAt: task.startedAt ?? (running ? now : null),
      ipAddresses: running ? addressesOf(status) : task.ipAddresses,
    };
    const app = registry.app(task.appId)?.app;
    if (isTerminal(status.state)) await this.onEnd(task, status, app);
    else if (next.state !== task.state || next.startedAt !== task.startedAt) await registry.saveTask(next);
    if (running && app !== undefined) this.health.watch(next, app);
    if (status.uuid !== undefined || status.state !== task.state)
      bus.publish("status_update_event", {
        slaveId: task.slaveId,
        taskId: task.id,
        taskStatus: status.state,
        message: status.message ?? "",
        appId: task.appId,
        host: task.host,
        ipAddresses: next.ipAddresses,
        ports: task.ports,
        version: task.version,
      });
    if (isTerminal(status.state) && app === undefined && registry.tasksOf(task.appId).length === 0)
      bus.publish("app_terminated_event", { appId: task.appId });
    this.tend(task.appId);
  }

  private async onEnd(task: MarathonTask, status: TaskStatus, app: AppDefinition | undefined): Promise<void> {
    const { registry } = this.parts;
    this.killedAt.delete(task.id);
    this.health.forget(task.id);
    await registry.dropTask(task.id);
    if (app === undefined) return;
    // A task that was killed did nothing wrong: its successor starts at once.
    if (status.state !== "TASK_KILLED" && task.version >= configVersion(app))
      this.delays.add(app, performance.now());
    if (status.state === "TASK_KILLED" || status.state === "TASK_FINISHED") return;
    await registry.saveFailure({
      appId: task.appId,
      host: task.host,
      message: status.message ?? "",
      state: status.state,
      taskId: task.id,
      timestamp: timestamp(),
      version: task.version,
      slaveId: task.slaveId,
    });
  }

  private upkeep(): void {
    const now = performance.now();
    const { registry, options } = this.parts;
    for (const [id, sinceMs] of this.killedAt) {
      if (now - sinceMs < killRetryMs) continue;
      this.killedAt.set(id, now);
      this.sendKill(id, registry.task(id)?.slaveId);
    }
    const starting = registry.allTasks().filter((task) => task.startedAt === null);
    for (const id of this.stagedSince.keys())
      if (!starting.some((task) => task.id === id)) this.stagedSince.delete(id);
    for (const { id } of starting) if (!this.stagedSince.has(id)) this.stagedSince.set(id, now);
    const stuck = ({ id }: MarathonTask) =>
      now - (this.stagedSince.get(id) ?? now) > options.taskLaunchTimeoutMs;
    this.kill(starting.filter((task) => stuck(task) && !this.killedAt.has(task.id)));
    if (now - this.lastReconcileMs > options.reconciliationIntervalMs) this.reconcile();
    if (Math.floor(now / upkeepMs) % 10 === 0) this.delays.forgetPassed(now);
  }

  /** Asks Mesos how the known tasks are, and for any that are not known. */
  private reconcile(): void {
    this.lastReconcileMs = performance.now();
    const tasks = this.parts.registry
      .allTasks()
      .map((task) => ({ task_id: { value: task.id }, agent_id: { value: task.slaveId } }));
    if (tasks.length > 0) void this.client.call({ type: "RECONCILE", reconcile: { tasks } });
    void this.client.call({ type: "RECONCILE", reconcile: { tasks: [] } });
  }

  private sendKill(id: string, agentId: string | undefined): void {
    const agent_id = agentId === undefined ? {} : { agent_id: { value: agentId } };
    void this.client.call({ type: "KILL", kill: { task_id: { value: id }, ...agent_id } });
  }

  private frameworkInfo() {
    const { options, registry, webuiUrl } = this.parts;
    const id = registry.frameworkId;
    return {
      user: options.mesosUser,
      name: options.frameworkName,
      ...(id === undefined || id === "" ? {} : { id: { value: id } }),
      failover_timeout: options.failoverTimeoutSeconds,
      checkpoint: options.checkpoint,
      hostname: options.hostname,
      webui_url: webuiUrl,
    };
  }
}

function addressesOf(status: TaskStatus): MarathonTask["ipAddresses"] {
  const networks = status.container_status?.network_infos ?? [];
  const addresses = networks.flatMap((network) => [
    ...(network.ip_addresses ?? []).map((entry) => entry.ip_address),
    ...(network.ip_address === undefined ? [] : [network.ip_address]),
  ]);
  return addresses.map((ipAddress) => ({ ipAddress, protocol: "IPv4" }));
}
