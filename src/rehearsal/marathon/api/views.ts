import { extended, type Written } from "../../json/written.ts";
import type { AppDefinition, MarathonTask } from "../apps/model.ts";
import { safePath } from "../apps/path-id.ts";
import type { AppRecord } from "../apps/registry.ts";
import { servicePorts } from "../apps/service-ports.ts";
import { appJson } from "../apps/tree-json.ts";
import type { Runtime } from "../runtime.ts";
import type { Health } from "../tasks/health-monitor.ts";

/** A task as the kill calls show it. */
export function plainTask(task: MarathonTask): Record<string, unknown> {
  const { id, host, ipAddresses, ports, startedAt, stagedAt, version, slaveId } = task;
  return { id, host, ipAddresses, ports, startedAt, stagedAt, version, slaveId };
}

/** A task as the task lists show it. */
export function fullTask(
  task: MarathonTask,
  health: readonly Health[],
  ports: readonly number[] = [],
): Record<string, unknown> {
  return {
    ...plainTask(task),
    appId: task.appId,
    ...(ports.length === 0 ? {} : { servicePorts: ports }),
    ...(health.length === 0 ? {} : { healthCheckResults: health }),
  };
}

export const embeds = ["tasks", "counts", "deployments", "lastTaskFailure", "failures", "taskStats"] as const;
export type Embed = (typeof embeds)[number];

/** An app with whatever of its state was asked for, as JSON. */
export function appInfo(runtime: Runtime, record: AppRecord, embed: ReadonlySet<Embed>): Written {
  const { app, lastTaskFailure } = record;
  const tasks = runtime.registry.tasks.of(app.id);
  const { health } = runtime.scheduler;
  const deployments = runtime.deployments.of(app.id).map(({ plan }) => ({ id: plan.id }));
  return extended(appJson(app), {
    ...(embed.has("counts") ? counts(tasks, (task) => health.isHealthy(task.id)) : {}),
    ...(embed.has("deployments") ? { deployments } : {}),
    ...(embed.has("tasks") ? { tasks: tasks.map((task) => fullTask(task, health.results(task.id))) } : {}),
    ...(embed.has("lastTaskFailure") && lastTaskFailure !== undefined ? { lastTaskFailure } : {}),
  });
}

/** An app that has just been created. */
export function freshApp(app: AppDefinition, deploymentId: string): Record<string, unknown> {
  return { ...app, ...counts([], () => undefined), tasks: [], deployments: [{ id: deploymentId }] };
}

function counts(
  tasks: readonly MarathonTask[],
  isHealthy: (task: MarathonTask) => boolean | undefined,
): Record<string, number> {
  const running = tasks.filter((task) => task.state === "TASK_RUNNING");
  return {
    tasksStaged: tasks.length - running.length,
    tasksRunning: running.length,
    tasksHealthy: running.filter((task) => isHealthy(task) === true).length,
    tasksUnhealthy: running.filter((task) => isHealthy(task) === false).length,
  };
}

/** The task list in lines for scripts: app, service port, and every running task's address, each ended by a tab. */
export function endpointLines(apps: readonly AppDefinition[], tasks: readonly MarathonTask[]): string {
  const lines = apps.flatMap((app) => {
    const running = tasks.filter((task) => task.appId === app.id && task.state === "TASK_RUNNING");
    const ports = servicePorts(app);
    // An app without ports: a blank where the port would be, and hosts alone.
    if (ports.length === 0)
      return [`${safePath(app.id)}\t \t${running.map((task) => `${task.host} `).join("")}\n`];
    return ports.map((port, index) => {
      const addresses = running.map((task) => `${task.host}:${task.ports[index] ?? 0}\t`);
      return `${safePath(app.id)}\t${port}\t${addresses.join("")}\n`;
    });
  });
  return lines.join("");
}
