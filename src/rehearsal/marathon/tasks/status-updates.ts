import { isTerminal, type TaskStatus } from "../../mesos/api.ts";
import type { MarathonTask } from "../apps/model.ts";
import type { AppRecord, Registry } from "../apps/registry.ts";
import { timestamp } from "../apps/timestamp.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { HealthMonitor } from "./health-monitor.ts";
import type { LaunchDelays } from "./launch-delays.ts";

export interface StatusParts {
  readonly registry: Registry;
  readonly bus: EventBus;
  readonly health: HealthMonitor;
  readonly delays: LaunchDelays;
}

/** Takes what Mesos says of a task that is known into the registry, the health checks and the back-off, and tells of it. */
export async function applyStatus(parts: StatusParts, task: MarathonTask, status: TaskStatus): Promise<void> {
  const { registry, bus, health } = parts;
  const running = status.state === "TASK_RUNNING";
  const now = status.timestamp ? timestamp(status.timestamp * 1000) : timestamp();
  const next: MarathonTask = {
    ...task,
    state: status.state,
    startedAt: task.startedAt ?? (running ? now : null),
    ipAddresses: running ? addressesOf(status) : task.ipAddresses,
  };
  const record = registry.app(task.appId);
  if (isTerminal(status.state)) await onEnd(parts, task, status, record);
  else if (next.state !== task.state || next.startedAt !== task.startedAt) await registry.tasks.save(next);
  if (running && record !== undefined) {
    health.watch(next, record.app);
    if (status.healthy !== undefined) health.report(next, status.healthy);
  }
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
  if (isTerminal(status.state) && record === undefined && registry.tasks.of(task.appId).length === 0)
    bus.publish("app_terminated_event", { appId: task.appId });
}

async function onEnd(
  { registry, health, delays }: StatusParts,
  task: MarathonTask,
  status: TaskStatus,
  record: AppRecord | undefined,
): Promise<void> {
  health.forget(task.id);
  await registry.tasks.drop(task.id);
  if (record === undefined) return;
  // A task that was killed did nothing wrong: its successor starts at once.
  if (status.state !== "TASK_KILLED" && task.version >= record.outdatedBefore)
    delays.add(record.app, performance.now());
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

function addressesOf(status: TaskStatus): MarathonTask["ipAddresses"] {
  const networks = status.container_status?.network_infos ?? [];
  const addresses = networks.flatMap((network) => [
    ...(network.ip_addresses ?? []).map((entry) => entry.ip_address),
    ...(network.ip_address === undefined ? [] : [network.ip_address]),
  ]);
  return addresses.map((ipAddress) => ({ ipAddress, protocol: "IPv4" }));
}
