import { join } from "node:path";
import type { Context, Hono } from "hono";
import { commonEndpoints } from "../mesos/common-endpoints.ts";
import { type Endpoints, jsonAnswer, libprocessRoutes, refusal } from "../mesos/libprocess.ts";
import { page } from "../mesos/page.ts";
import { stateOf } from "./execution.ts";
import { fileEndpoints } from "./files.ts";
import { metricsJson } from "./metrics-json.ts";
import { stateJson } from "./state-json.ts";
import { statisticsJson } from "./statistics.ts";
import type { AgentView } from "./view.ts";

/** Everything an agent answers. */
export function agentRoutes(agent: AgentView): Hono {
  const endpoints: Endpoints = {
    "slave(1)": {
      "": (c) => c.html(agentPage(agent)),
      health: (c) => c.body(null, 200),
      "state.json": (c) => jsonAnswer(c, stateJson(agent)),
      leaving: (c) =>
        heard(c, {
          POST: () => agent.leave(true),
          DELETE: () => agent.leave(false),
        }),
      departed: (c) => heard(c, { POST: () => agent.depart() }),
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

/** What a lab asks of a slave that it is to lose, and Mesos had no word for: 202 where the master has heard of it. */
async function heard(
  c: Context,
  methods: Readonly<Record<string, () => Promise<boolean>>>,
): Promise<Response> {
  const work = methods[c.req.method];
  if (work === undefined) return refusal(c, 405, `Expecting ${Object.keys(methods).join(" or ")}`);
  return (await work()) ? c.body(null, 202) : refusal(c, 503, "No master has heard of it");
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
