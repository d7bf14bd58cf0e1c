import { isTerminal, type SchedulerEvent, type TaskStatus } from "../../mesos/api.ts";
import type { AppDefinition, MarathonTask } from "../apps/model.ts";
import type { AppRecord, Registry } from "../apps/registry.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { MarathonOptions } from "../options.ts";
import { type AppPlan, planApp } from "./app-plan.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { Kills } from "./kills.ts";
import { LaunchDelays } from "./launch-delays.ts";
import { useOffer } from "./launcher.ts";
import { MesosClient } from "./mesos-client.ts";
import { OfferRequests } from "./offer-requests.ts";
import type { Random } from "./offers.ts";
import { applyStatus } from "./status-updates.ts";
import { frameworkInfo } from "./task-info.ts";

/** Whose turn it is while deployments are under way. */
export interface Turns {
  /** How many instances an app is to have now; undefined while it is to stay what it is. */
  instancesNow(appId: string, instances: number): number | undefined;
  /** The app is as it should be now. */
  settled(appId: string): void;
}

export interface SchedulerParts {
  readonly registry: Registry;
  readonly turns: Turns;
  readonly bus: EventBus;
  readonly options: MarathonOptions;
  readonly webuiUrl: string;
  /** What it would be called as a libmesos driver: `scheduler-…@ip:port`. */
  readonly driver: string;
  readonly random: Random;
  readonly log: (line: string) => void;
}

const upkeepMs = 1_000;

/** Keeps the running tasks equal to what the apps ask for: launches, kills, replaces. */
export class Scheduler {
  readonly delays = new LaunchDelays();
  readonly health: HealthMonitor;
  private readonly parts: SchedulerParts;
  private readonly client: MesosClient;
  private readonly requests: OfferRequests;
  private readonly kills: Kills;
  /** The apps that have tasks to be launched. */
  private readonly wanting = new Set<string>();
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
    const { registry, bus, options, log } = parts;
    this.health = new HealthMonitor(
      bus,
      (task) => this.kill([task]),
      (task) => this.tend(task.appId),
    );
    this.client = new MesosClient(
      () => frameworkInfo(options, parts.webuiUrl, registry.frameworkId),
      parts.driver,
      {
        subscribed: (id, master) => this.enqueue(() => this.onSubscribed(id, master)),
        event: (event) => this.enqueue(() => this.onEvent(event)),
        disconnected: () => bus.publish("scheduler_disconnected_event", {}),
        log,
      },
    );
    this.kills = new Kills(
      (id, agentId) => {
        const agent_id = agentId === undefined ? {} : { agent_id: { value: agentId } };
        void this.client.call({ type: "KILL", kill: { task_id: { value: id }, ...agent_id } });
      },
      (id) => registry.tasks.get(id)?.slaveId,
    );
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
    const { registry, turns } = this.parts;
    const record = registry.app(appId);
    if (record === undefined) {
      const tasks = registry.tasks.of(appId);
      this.wanting.delete(appId);
      this.kill(tasks.filter((task) => !this.kills.has(task.id)));
      if (tasks.length === 0) turns.settled(appId);
      return;
    }
    const plan = this.plan(record);
    if (plan.launch > 0) this.wanting.add(appId);
    else this.wanting.delete(appId);
    this.kill(plan.kill);
    if (plan.launch > 0) this.askFor(record.app);
    if (plan.settled) turns.settled(appId);
  }

  tendAll(): void {
    const { registry } = this.parts;
    const ids = [...registry.tree.apps.keys(), ...registry.tasks.all().map((task) => task.appId)];
    for (const id of new Set(ids)) this.tend(id);
  }

  /** Asks Mesos to end tasks; they stay listed until it says that they are gone. */
  kill(tasks: readonly MarathonTask[]): void {
    for (const task of tasks) this.kills.ask(task);
  }

  /** How many tasks of the app still have to be launched. */
  missing(app: AppDefinition): number {
    const record = this.parts.registry.app(app.id);
    return record === undefined ? 0 : this.plan(record).launch;
  }

  resetDelay(app: AppDefinition): void {
    this.delays.reset(app);
    clearTimeout(this.delayTimers.get(app.id));
    this.delayTimers.delete(app.id);
    this.tend(app.id);
  }

  private plan({ app, outdatedBefore }: AppRecord): AppPlan {
    const instances = this.parts.turns.instancesNow(app.id, app.instances);
    if (instances === undefined) return { launch: 0, kill: [], settled: false };
    const isUp = (task: MarathonTask) =>
      task.state === "TASK_RUNNING" &&
      (app.healthChecks.length === 0 || this.health.isHealthy(task.id) === true);
    return planApp({ ...app, instances }, this.parts.registry.tasks.of(app.id), {
      isUp,
      isDying: (task) => this.kills.has(task.id),
      isOutdated: (task) => task.version < outdatedBefore,
    });
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
    this.kills.again("all");
    this.tendAll();
  }

  private async onEvent(event: SchedulerEvent): Promise<void> {
    if (event.type === "OFFERS") await this.onOffers(event.offers.offers);
    else if (event.type === "UPDATE") await this.onStatus(event.update.status);
    else if (event.type === "ERROR") await this.onError(event.error.message);
  }

  private async onError(message: string): Promise<void> {
    this.parts.log(`Mesos reports an error: ${message}`);
    // Real Marathon forgets an id that Mesos has given up, and registers as a new framework.
    if (/removed|completed|failover/i.test(message)) await this.parts.registry.saveFrameworkId("");
  }

  private async onOffers(
    offers: Extract<SchedulerEvent, { type: "OFFERS" }>["offers"]["offers"],
  ): Promise<void> {
    const parts = {
      ...this.parts,
      client: this.client,
      waiting: () => this.waiting(),
      missing: (app: AppDefinition) => this.missing(app),
    };
    for (const offer of offers) await useOffer(parts, offer);
    for (const id of [...this.wanting]) {
      const app = this.parts.registry.app(id)?.app;
      if (app === undefined || this.missing(app) === 0) this.wanting.delete(id);
    }
    if (this.wanting.size === 0) this.requests.satisfied();
  }

  /** Those that are not backed off, by id. */
  private waiting(): readonly AppDefinition[] {
    const now = performance.now();
    return [...this.wanting]
      .sort()
      .flatMap((id) => this.parts.registry.app(id)?.app ?? [])
      .filter((app) => this.delays.deadline(app) <= now);
  }

  private async onStatus(status: TaskStatus): Promise<void> {
    const { registry } = this.parts;
    const { task_id, agent_id, uuid } = status;
    const task = registry.tasks.get(task_id.value);
    if (isTerminal(status.state)) this.kills.confirmed(task_id.value);
    if (task !== undefined) {
      await applyStatus({ ...this.parts, health: this.health, delays: this.delays }, task, status);
      this.tend(task.appId);
    }
    // A task that nobody knows of: left over from an app that is gone.
    else if (!isTerminal(status.state) && agent_id !== undefined)
      this.kills.ask({ id: task_id.value, slaveId: agent_id.value });
    if (uuid === undefined || agent_id === undefined) return;
    await this.client.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  private upkeep(): void {
    const now = performance.now();
    const { registry, options } = this.parts;
    this.kills.again("overdue");
    const starting = registry.tasks.all().filter((task) => task.startedAt === null);
    const ids = new Set(starting.map(({ id }) => id));
    for (const id of this.stagedSince.keys()) if (!ids.has(id)) this.stagedSince.delete(id);
    for (const id of ids) if (!this.stagedSince.has(id)) this.stagedSince.set(id, now);
    const stuck = ({ id }: MarathonTask) =>
      now - (this.stagedSince.get(id) ?? now) > options.taskLaunchTimeoutMs;
    this.kill(starting.filter((task) => stuck(task) && !this.kills.has(task.id)));
    if (now - this.lastReconcileMs > options.reconciliationIntervalMs) this.reconcile();
    if (Math.floor(now / upkeepMs) % 10 === 0) this.delays.forgetPassed(now);
  }

  /** Asks Mesos how the known tasks are, and for any that are not known. */
  private reconcile(): void {
    this.lastReconcileMs = performance.now();
    const tasks = this.parts.registry.tasks
      .all()
      .map((task) => ({ task_id: { value: task.id }, agent_id: { value: task.slaveId } }));
    if (tasks.length > 0) void this.client.call({ type: "RECONCILE", reconcile: { tasks } });
    void this.client.call({ type: "RECONCILE", reconcile: { tasks: [] } });
  }
}
