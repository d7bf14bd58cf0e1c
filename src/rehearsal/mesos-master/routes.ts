import { type Context, Hono } from "hono";
import { problemOf } from "../json/problem.ts";
import type { AgentMessage, Registration } from "../mesos/agent-protocol.ts";
import type { SchedulerCall } from "../mesos/api.ts";
import { page } from "../mesos/page.ts";
import { agentMessage, registration } from "./agent-schema.ts";
import type { Agents } from "./agents.ts";
import { schedulerCall } from "./call-schema.ts";
import { type CallAfterSubscribe, handle } from "./calls.ts";
import type { Frameworks } from "./frameworks.ts";
import {
  agentJson,
  type MasterView,
  metricsJson,
  orphans,
  rolesJson,
  stateJson,
  summaryJson,
  taskJson,
} from "./state-json.ts";

export interface MasterParts extends MasterView {
  readonly agents: Agents;
  readonly frameworks: Frameworks;
  /** Whether every agent had the time to tell this master what it runs. */
  readonly knowsAll: () => boolean;
  readonly onChange: () => void;
}

/** Everything a master answers. As in Mesos each path works with and without the process name, `/master/…`. */
export function masterRoutes(master: MasterParts): Hono {
  const app = new Hono({
    getPath: (request) => new URL(request.url).pathname.replace(/^\/master(?=\/.)/, ""),
  });
  const views: Record<string, () => object> = {
    state: () => stateJson(master),
    roles: () => rolesJson(master.cluster),
  };
  for (const [name, view] of Object.entries(views)) {
    app.get(`/${name}`, (c) => c.json(view()));
    app.get(`/${name}.json`, (c) => c.json(view()));
  }
  app.get("/", (c) => c.html(masterPage(master)));
  app.get("/health", (c) => c.body(null, 200));
  app.get("/state-summary", (c) => c.json(summaryJson(master)));
  app.get("/slaves", (c) =>
    c.json({ slaves: [...master.cluster.agents.values()].map((agent) => agentJson(master.cluster, agent)) }),
  );
  app.get("/tasks", (c) => tasks(c, master));
  app.get("/tasks.json", (c) => tasks(c, master));
  app.get("/metrics/snapshot", (c) => c.json(metricsJson(master)));
  app.get("/redirect", (c) => {
    const { hostname, port } = master.election.leader ?? master.info;
    return c.body(null, 307, { Location: `//${hostname}:${port}` });
  });
  app.get("/help", (c) =>
    c.text(`${app.routes.map(({ method, path }) => `${method} ${path}`).join("\n")}\n`),
  );
  app.post("/teardown", (c) => teardown(c, master));
  app.post("/api/v1/scheduler", (c) => scheduler(c, master));
  app.post("/register-agent", async (c) => {
    if (!master.election.serving) return c.text("Not the leading master", 503);
    const input = await readJson(c);
    const wrong = problemOf(registration, input, "the registration");
    if (wrong !== undefined) return c.text(wrong, 400);
    return new Response(master.agents.register(input as Registration).body, { headers: streamHeaders });
  });
  app.post("/agent-message", async (c) => {
    if (!master.election.serving) return c.text("Not the leading master", 503);
    const input = await readJson(c);
    const wrong = problemOf(agentMessage, input, "the message");
    if (wrong !== undefined) return c.text(wrong, 400);
    return master.agents.receive(input as AgentMessage) ? c.body(null, 202) : c.text("Not registered", 410);
  });
  return app;
}

/** Undefined for what is no JSON. */
async function readJson(c: Context): Promise<unknown> {
  return c.req.json().catch(() => undefined);
}

const streamHeaders = { "Content-Type": "application/json", "Cache-Control": "no-cache" };

async function scheduler(c: Context, master: MasterParts): Promise<Response> {
  if (!master.election.serving) return c.text("Not the leading master", 503);
  if (!/^application\/json\b/.test(c.req.header("Content-Type") ?? ""))
    return c.text("Expecting 'Content-Type' of application/json", 415);
  const input = await readJson(c);
  const wrong = problemOf(schedulerCall, input, "the call");
  if (wrong !== undefined) return c.text(`Failed to parse the call: ${wrong}`, 400);
  const call = input as SchedulerCall;
  if (call.type === "SUBSCRIBE") {
    const { framework_info: info } = call.subscribe;
    const { streamId, sink } = master.frameworks.subscribe(info, (call.framework_id ?? info.id)?.value);
    return new Response(sink.body, { headers: { ...streamHeaders, "Mesos-Stream-Id": streamId } });
  }
  const framework = master.cluster.frameworks.get(call.framework_id?.value ?? "");
  if (framework === undefined) return c.text("Framework cannot be found", 400);
  if (framework.link === undefined) return c.text("Framework is not subscribed", 403);
  const streamId = c.req.header("Mesos-Stream-Id");
  if (streamId === undefined)
    return c.text("All non-subscribe calls should include the 'Mesos-Stream-Id' header", 400);
  if (streamId !== framework.streamId)
    return c.text(
      `The stream ID '${streamId}' included in this request didn't match the current stream ID`,
      400,
    );
  if (call.type === "TEARDOWN") master.frameworks.teardown(framework);
  else handle(master.cluster, framework, call satisfies CallAfterSubscribe, master.knowsAll());
  master.onChange();
  return c.body(null, 202);
}

async function teardown(c: Context, master: MasterParts): Promise<Response> {
  const id = new URLSearchParams(await c.req.text()).get("frameworkId");
  if (id === null) return c.text("Missing 'frameworkId' query parameter", 400);
  const framework = master.cluster.frameworks.get(id);
  if (framework === undefined) return c.text("No framework found with specified ID", 400);
  master.frameworks.teardown(framework);
  return c.body(null, 200);
}

function tasks(c: Context, { cluster }: MasterParts): Response {
  const number = (name: string, fallback: number) => {
    const text = c.req.query(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback;
  };
  const offset = number("offset", 0);
  const all = [
    ...cluster.tasks(),
    ...[...cluster.frameworks.values()].flatMap((framework) => framework.completedTasks),
  ]
    .map((task) => ({ task, since: task.statuses[0]?.timestamp ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.since === b.since ? 0 : a.since - b.since))
    .map(({ task }) => task);
  if (c.req.query("order") !== "asc") all.reverse();
  return c.json({ tasks: all.slice(offset, offset + number("limit", 100)).map(taskJson) });
}

function masterPage(master: MasterParts) {
  const { cluster, election, info } = master;
  const amounts = ({ scalars }: { readonly scalars: Readonly<Record<string, number>> }) =>
    `${scalars.cpus ?? 0} CPUs, ${scalars.mem ?? 0} MB`;
  return page(
    "Mesos master",
    [
      ["Master", info.pid],
      ["Leader", election.leader?.pid ?? "none"],
    ],
    [
      {
        title: "Frameworks",
        columns: ["ID", "Name", "Host", "Web page", "Active"],
        rows: [...cluster.frameworks.values()].map(({ id, info: framework, link }) => [
          id,
          framework.name,
          framework.hostname ?? "",
          framework.webui_url ?? "",
          link === undefined ? "no" : "yes",
        ]),
      },
      {
        title: "Slaves",
        columns: ["ID", "Host", "Resources", "Used", "Active"],
        rows: [...cluster.agents.values()].map((agent) => [
          agent.id,
          agent.registration.hostname,
          amounts(agent.registration.resources),
          amounts(cluster.usedOn(agent)),
          agent.link === undefined ? "no" : "yes",
        ]),
      },
      {
        title: "Tasks",
        columns: ["ID", "Name", "State", "Slave"],
        rows: [...cluster.tasks()].map(({ info: task, state, agentId }) => [
          task.task_id.value,
          task.name,
          state,
          agentId,
        ]),
      },
      {
        title: "Orphan tasks",
        columns: ["ID", "Framework"],
        rows: orphans(cluster).map((task) => [task.info.task_id.value, task.frameworkId]),
      },
    ],
  );
}
