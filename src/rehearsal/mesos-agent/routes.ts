import { join } from "node:path";
import type { Hono } from "hono";
import { commonEndpoints } from "../mesos/common-endpoints.ts";
import { type Endpoints, jsonAnswer, libprocessRoutes } from "../mesos/libprocess.ts";
import type { MasterInfo } from "../mesos/master-info.ts";
import { page } from "../mesos/page.ts";
import type { Resources } from "../mesos/resources.ts";
import { stateOf } from "./execution.ts";
import { fileEndpoints } from "./files.ts";
import { metricsJson } from "./metrics-json.ts";
import { stateJson } from "./state-json.ts";
import { statisticsJson } from "./statistics.ts";
import type { Tasks } from "./tasks.ts";

export interface AgentView {
  readonly tasks: Tasks;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  readonly workDir: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string>>;
  /** The time of day, and the clock that nobody sets. Milliseconds. */
  readonly started: { readonly at: number; readonly since: number };
  /** Empty until registered. */
  readonly id: () => string;
  readonly registered: () => boolean;
  readonly master: () => Pick<MasterInfo, "hostname"> | undefined;
}

/** Everything an agent answers. */
export function agentRoutes(agent: AgentView): Hono {
  const endpoints: Endpoints = {
    "slave(1)": {
      "": (c) => c.html(agentPage(agent)),
      health: (c) => c.body(null, 200),
      "state.json": (c) => jsonAnswer(c, stateJson(agent)),
    },
    monitor: { "statistics.json": async (c) => jsonAnswer(c, await statisticsJson(agent)) },
    files: fileEndpoints(join(agent.workDir, "slaves")),
    ...commonEndpoints(
      () => metricsJson(agent),
      () => endpoints,
    ),
  };
  return libprocessRoutes(endpoints, "slave(1)");
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
