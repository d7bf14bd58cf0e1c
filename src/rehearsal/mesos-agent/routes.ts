import { join } from "node:path";
import { Hono } from "hono";
import type { TaskState } from "../mesos/api.ts";
import type { MasterInfo } from "../mesos/master-info.ts";
import { page } from "../mesos/page.ts";
import { fromApi, noResources, type Resources, sum, toState } from "../mesos/resources.ts";
import { mesosVersion } from "../mesos/version.ts";
import { fileRoutes } from "./files.ts";
import { type Execution, isOver, type Tasks } from "./tasks.ts";

export interface AgentView {
  readonly tasks: Tasks;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  readonly workDir: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string>>;
  /** On the wall clock, and on the one that does not step. */
  readonly started: { readonly at: number; readonly since: number };
  /** Empty until registered. */
  readonly id: () => string;
  readonly registered: () => boolean;
  readonly master: () => Pick<MasterInfo, "hostname"> | undefined;
}

/** Everything an agent answers, with and without the process name, `/slave(1)/…`. */
export function agentRoutes(agent: AgentView): Hono {
  const app = new Hono({
    getPath: (request) => new URL(request.url).pathname.replace(/^\/slave(\(|%28)1(\)|%29)(?=\/.)/i, ""),
  });
  app.get("/", (c) => c.html(agentPage(agent)));
  app.get("/health", (c) => c.body(null, 200));
  app.get("/state", (c) => c.json(stateJson(agent)));
  app.get("/state.json", (c) => c.json(stateJson(agent)));
  app.get("/metrics/snapshot", (c) => c.json(metricsJson(agent)));
  app.get("/help", (c) =>
    c.text(`${app.routes.map(({ method, path }) => `${method} ${path}`).join("\n")}\n`),
  );
  fileRoutes(app, join(agent.workDir, "slaves"));
  return app;
}

function stateJson(agent: AgentView): object {
  const { tasks, flags } = agent;
  const master = agent.master();
  const current = [...tasks.current.values()];
  const frameworkIds = new Set([...current, ...tasks.completed].map(({ frameworkId }) => frameworkId));
  return {
    version: mesosVersion,
    build_date: "",
    build_time: 0,
    build_user: "mesos-lab",
    start_time: agent.started.at / 1_000,
    id: agent.id(),
    pid: `slave(1)@${agent.ip}:${agent.port}`,
    hostname: agent.hostname,
    resources: toState(agent.resources),
    attributes: agent.attributes,
    ...(master === undefined ? {} : { master_hostname: master.hostname }),
    ...(flags.log_dir === undefined ? {} : { log_dir: flags.log_dir }),
    frameworks: [...frameworkIds].map((id) => ({
      id,
      executors: current
        .filter(({ frameworkId }) => frameworkId === id)
        .map((one) => executorJson(agent, one)),
      completed_executors: tasks.completed
        .filter(({ frameworkId }) => frameworkId === id)
        .map((one) => executorJson(agent, one)),
    })),
    completed_frameworks: [],
    flags,
  };
}

/** Each task has an executor of its own, named after it, as tasks without an executor have in Mesos. */
function executorJson(agent: AgentView, execution: Execution): object {
  const { info, containerId, directory } = execution;
  const state = stateOf(execution);
  const resources = toState(fromApi(info.resources ?? []));
  const task = {
    id: info.task_id.value,
    name: info.name,
    framework_id: execution.frameworkId,
    executor_id: info.task_id.value,
    slave_id: agent.id(),
    state,
    resources,
    statuses: execution.statuses.map(({ state: reached, timestamp }) => ({ state: reached, timestamp })),
  };
  return {
    id: info.task_id.value,
    name: `Command Executor (Task: ${info.task_id.value})`,
    source: info.task_id.value,
    container: containerId,
    directory,
    resources,
    tasks: state === "TASK_STAGING" || isOver(execution) ? [] : [task],
    queued_tasks: state === "TASK_STAGING" ? [task] : [],
    completed_tasks: isOver(execution) ? [task] : [],
  };
}

function stateOf(execution: Execution): TaskState {
  return execution.statuses.at(-1)?.state ?? "TASK_STAGING";
}

function metricsJson(agent: AgentView): Record<string, number> {
  const current = [...agent.tasks.current.values()];
  const live = current.filter((execution) => !isOver(execution));
  const used = live.length === 0 ? noResources : sum(live.map(({ info }) => fromApi(info.resources ?? [])));
  const amounts = ["cpus", "disk", "mem"].flatMap((name): [string, number][] => {
    const [all, taken] = [agent.resources.scalars[name] ?? 0, used.scalars[name] ?? 0];
    return [
      [`slave/${name}_total`, all],
      [`slave/${name}_used`, taken],
      [`slave/${name}_percent`, all === 0 ? 0 : taken / all],
    ];
  });
  const { counts } = agent.tasks;
  return {
    "slave/registered": agent.registered() ? 1 : 0,
    "slave/uptime_secs": (performance.now() - agent.started.since) / 1_000,
    "slave/frameworks_active": new Set(live.map(({ frameworkId }) => frameworkId)).size,
    "slave/executors_running": live.length,
    "slave/tasks_staging": live.filter((one) => stateOf(one) === "TASK_STAGING").length,
    "slave/tasks_running": live.filter((one) => stateOf(one) === "TASK_RUNNING").length,
    "slave/tasks_finished": counts.finished,
    "slave/tasks_failed": counts.failed,
    "slave/tasks_killed": counts.killed,
    "slave/container_launch_errors": counts.launchErrors,
    "slave/recovery_errors": 0,
    ...Object.fromEntries(amounts),
  };
}

function agentPage(agent: AgentView) {
  return page(
    "Mesos slave",
    [
      ["ID", agent.id() || "not registered"],
      ["Host", agent.hostname],
      ["Master", agent.master()?.hostname ?? "none"],
    ],
    [
      {
        title: "Tasks",
        columns: ["ID", "Name", "State", "Sandbox"],
        rows: [...agent.tasks.current.values(), ...agent.tasks.completed].map((one) => [
          one.info.task_id.value,
          one.info.name,
          stateOf(one),
          one.directory,
        ]),
      },
    ],
  );
}
