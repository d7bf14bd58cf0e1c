import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../../http/client.ts";
import type { AppDefinition, HealthCheck, MarathonTask } from "../apps/model.ts";
import { timestamp } from "../apps/timestamp.ts";
import type { EventBus } from "../events/event-bus.ts";

/** What a task's health check has found so far; as the API shows it. */
export interface Health {
  readonly alive: boolean;
  readonly consecutiveFailures: number;
  readonly firstSuccess: string | null;
  readonly lastFailure: string | null;
  readonly lastSuccess: string | null;
  readonly taskId: string;
}

/** An interval of 0 is valid in Marathon, and means this. */
const shortestPauseMs = 100;

interface Watched {
  /** On a clock that does not step. */
  readonly sinceMs: number;
  readonly checks: readonly HealthCheck[];
  readonly results: (Health | undefined)[];
  readonly stop: AbortController;
}

/** Checks running tasks over HTTP or TCP, from Marathon itself. */
export class HealthMonitor {
  private readonly bus: EventBus;
  private readonly onUnhealthy: (task: MarathonTask) => void;
  private readonly onChange: (task: MarathonTask) => void;
  private readonly watched = new Map<string, Watched>();

  /** @param onUnhealthy the task failed so often that it has to go */
  constructor(
    bus: EventBus,
    onUnhealthy: (task: MarathonTask) => void,
    onChange: (task: MarathonTask) => void,
  ) {
    this.bus = bus;
    this.onUnhealthy = onUnhealthy;
    this.onChange = onChange;
  }

  watch(task: MarathonTask, app: AppDefinition): void {
    if (this.watched.has(task.id) || app.healthChecks.length === 0) return;
    const watched: Watched = {
      sinceMs: performance.now(),
      checks: app.healthChecks,
      results: app.healthChecks.map(() => undefined),
      stop: new AbortController(),
    };
    this.watched.set(task.id, watched);
    app.healthChecks.forEach((check, index) => {
      if (check.protocol !== "COMMAND") void this.run(task, check, index, watched);
    });
  }

  forget(taskId: string): void {
    this.watched.get(taskId)?.stop.abort();
    this.watched.delete(taskId);
  }

  close(): void {
    for (const taskId of [...this.watched.keys()]) this.forget(taskId);
  }

  results(taskId: string): readonly Health[] {
    return (this.watched.get(taskId)?.results ?? []).filter((health) => health !== undefined);
  }

  /** Undefined while nothing is known. */
  isHealthy(taskId: string): boolean | undefined {
    const results = this.watched.get(taskId)?.results ?? [];
    if (results.some((health) => health !== undefined && !health.alive)) return false;
    return results.length > 0 && results.every((health) => health?.alive) ? true : undefined;
  }

  /** What Mesos says of the check that it makes itself: a command beside the task. It also ends the task. */
  report(task: MarathonTask, healthy: boolean): void {
    const watched = this.watched.get(task.id);
    watched?.checks.forEach((check, index) => {
      if (check.protocol === "COMMAND") this.take(task, check, index, watched, healthy);
    });
  }

  private async run(task: MarathonTask, check: HealthCheck, index: number, watched: Watched): Promise<void> {
    const { signal } = watched.stop;
    while (!signal.aborted) {
      const failure = await probe(task, check, signal);
      if (signal.aborted) return;
      this.note(task, check, index, watched, failure);
      await sleep(Math.max(check.intervalSeconds * 1000, shortestPauseMs), undefined, { signal }).catch(
        () => {},
      );
    }
  }

  private note(
    task: MarathonTask,
    check: HealthCheck,
    index: number,
    watched: Watched,
    failure: string | undefined,
  ): void {
    const before = watched.results[index];
    const runningMs = performance.now() - watched.sinceMs;
    // A task that has never been healthy may still be starting.
    if (failure !== undefined && !before?.firstSuccess && runningMs < check.gracePeriodSeconds * 1000) return;
    const health = this.take(task, check, index, watched, failure === undefined);
    if (check.maxConsecutiveFailures > 0 && health.consecutiveFailures >= check.maxConsecutiveFailures)
      this.onUnhealthy(task);
  }

  private take(
    task: MarathonTask,
    check: HealthCheck,
    index: number,
    watched: Watched,
    alive: boolean,
  ): Health {
    const before = watched.results[index];
    const now = timestamp();
    const health: Health = {
      alive,
      consecutiveFailures: alive ? 0 : (before?.consecutiveFailures ?? 0) + 1,
      firstSuccess: before?.firstSuccess ?? (alive ? now : null),
      lastFailure: alive ? (before?.lastFailure ?? null) : now,
      lastSuccess: alive ? now : (before?.lastSuccess ?? null),
      taskId: task.id,
    };
    watched.results[index] = health;
    if (!alive)
      this.bus.publish("failed_health_check_event", {
        appId: task.appId,
        taskId: task.id,
        healthCheck: check,
      });
    if ((before?.alive ?? false) !== health.alive)
      this.bus.publish("health_status_changed_event", {
        appId: task.appId,
        taskId: task.id,
        version: task.version,
        alive: health.alive,
      });
    this.onChange(task);
    return health;
  }
}

/** Undefined when the task is healthy, else why it is not. */
async function probe(
  task: MarathonTask,
  check: HealthCheck,
  signal: AbortSignal,
): Promise<string | undefined> {
  const port = check.port ?? task.ports[check.portIndex ?? 0];
  if (port === undefined) return "the task has no such port";
  const timeoutMs = check.timeoutSeconds * 1000;
  if (check.protocol === "TCP") return probeTcp(task.host, port, timeoutMs);
  const path = (check.path ?? "/").replace(/^\/*/, "/");
  try {
    const scheme = check.protocol === "HTTPS" ? "https" : "http";
    const response = await send(`${scheme}://${task.host}:${port}${path}`, {
      headers: { connection: "close" },
      // A task's certificate is hardly ever one that somebody else vouches for.
      trustsAnyone: true,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    response.discard();
    return response.status >= 200 && response.status < 400 ? undefined : `it answered ${response.status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function probeTcp(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once("connect", () => finish(undefined));
    socket.once("timeout", () => finish("it did not answer in time"));
    socket.once("error", (error) => finish(error.message));
  });
}
