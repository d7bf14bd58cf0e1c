import type { TaskStatus } from "../mesos/api.ts";

/** What a master counts, by the names that it has in its metrics, from the beginning. */
const names = [
  ...["dropped_messages", "invalid_executor_to_framework_messages", "invalid_framework_to_executor_messages"],
  ...["invalid_status_update_acknowledgements", "invalid_status_updates", "messages_authenticate"],
  ...["messages_deactivate_framework", "messages_decline_offers", "messages_executor_to_framework"],
  ...["messages_exited_executor", "messages_framework_to_executor", "messages_kill_task"],
  ...["messages_launch_tasks", "messages_reconcile_tasks", "messages_register_framework"],
  ...["messages_register_slave", "messages_reregister_framework", "messages_reregister_slave"],
  ...["messages_resource_request", "messages_revive_offers", "messages_status_update"],
  ...["messages_status_update_acknowledgement", "messages_unregister_framework", "messages_unregister_slave"],
  ...["messages_update_slave", "recovery_slave_removals", "slave_registrations", "slave_removals"],
  ...["slave_removals/reason_registered", "slave_removals/reason_unhealthy"],
  ...["slave_removals/reason_unregistered", "slave_reregistrations", "slave_shutdowns_canceled"],
  ...["slave_shutdowns_completed", "slave_shutdowns_scheduled", "tasks_error", "tasks_failed"],
  ...["tasks_finished", "tasks_killed", "tasks_lost", "valid_executor_to_framework_messages"],
  ...["valid_framework_to_executor_messages", "valid_status_update_acknowledgements", "valid_status_updates"],
] as const;
export type CounterName = (typeof names)[number];

export class Counters {
  private readonly counts = new Map<string, number>(names.map((name) => [name, 0]));

  add(name: CounterName): void {
    this.bump(name);
  }

  /** A task that has ended: by state and, where that is known, by who says so and why. */
  ended({ state, source, reason }: TaskStatus): void {
    const name = state.toLowerCase();
    this.bump(name.replace("task_", "tasks_"));
    if (source === undefined || reason === undefined) return;
    // The names of the counters say slave where the v1 API says agent.
    this.bump([name, source, reason].join("/").toLowerCase().replaceAll("_agent", "_slave"));
  }

  /** As metrics. */
  all(): Record<string, number> {
    return Object.fromEntries([...this.counts].map(([name, count]) => [`master/${name}`, count]));
  }

  private bump(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
