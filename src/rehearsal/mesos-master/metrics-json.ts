import type { TaskState } from "../mesos/api.ts";
import { add, noResources, type Resources } from "../mesos/resources.ts";
import { type MasterView, seconds } from "./state-json.ts";

/** Of what Mesos has and a stand-in has not: queues between its processes, and a registry. */
const queues = [
  "allocator/event_queue_dispatches",
  "master/event_queue_dispatches",
  "master/event_queue_http_requests",
  "master/event_queue_messages",
  "registrar/queued_operations",
  "registrar/registry_size_bytes",
];

/** `/metrics/snapshot`, without what all of Mesos' programs have in theirs. */
export function metricsJson({ cluster, election, started }: MasterView): Record<string, number> {
  const agents = [...cluster.agents.values()];
  const frameworks = [...cluster.frameworks.values()];
  const connected = agents.filter((agent) => agent.link !== undefined);
  const subscribed = frameworks.filter((framework) => framework.link !== undefined).length;
  const live = (state: TaskState) => [...cluster.tasks()].filter((task) => task.state === state).length;
  const total = connected.reduce<Resources>(
    (all, agent) => add(all, agent.registration.resources),
    noResources,
  );
  const used = cluster.used(() => true);
  const amounts = ["cpus", "disk", "mem"].flatMap((name): [string, number][] => {
    const [all, taken] = [total.scalars[name] ?? 0, used.scalars[name] ?? 0];
    return [
      [`master/${name}_total`, all],
      [`master/${name}_used`, taken],
      [`master/${name}_percent`, all === 0 ? 0 : taken / all],
      ...["total", "used", "percent"].map((kind): [string, number] => [
        `master/${name}_revocable_${kind}`,
        0,
      ]),
    ];
  });
  return {
    "master/elected": election.elected ? 1 : 0,
    "master/uptime_secs": seconds(performance.now() - started.since),
    "master/slaves_connected": connected.length,
    "master/slaves_disconnected": agents.length - connected.length,
    "master/slaves_active": connected.length,
    "master/slaves_inactive": agents.length - connected.length,
    "master/frameworks_connected": subscribed,
    "master/frameworks_disconnected": frameworks.length - subscribed,
    "master/frameworks_active": subscribed,
    "master/frameworks_inactive": frameworks.length - subscribed,
    "master/outstanding_offers": cluster.offers.size,
    "master/tasks_staging": live("TASK_STAGING"),
    "master/tasks_starting": live("TASK_STARTING"),
    "master/tasks_running": live("TASK_RUNNING"),
    ...Object.fromEntries(amounts),
    ...Object.fromEntries(queues.map((name) => [name, 0])),
    ...cluster.counters.all(),
  };
}
