import type { Context, Hono } from "hono";
import { problemOf } from "../json/problem.ts";
import type { AgentMessage, Registration } from "../mesos/agent-protocol.ts";
import { commonEndpoints } from "../mesos/common-endpoints.ts";
import { type Endpoints, jsonAnswer, libprocessRoutes, refusal } from "../mesos/libprocess.ts";
import { agentMessage, registration } from "./agent-schema.ts";
import { metricsJson } from "./metrics-json.ts";
import { masterPage } from "./page.ts";
import type { MasterParts } from "./parts.ts";
import { schedulerEndpoint } from "./scheduler-api.ts";
import { agentJson, stateJson, taskJson } from "./state-json.ts";
import { rolesJson, summaryJson } from "./summary-json.ts";

/** Everything a master answers. */
export function masterRoutes(master: MasterParts): Hono {
  const { cluster } = master;
  const endpoints: Endpoints = {
    master: {
      "": (c) => c.html(masterPage(master)),
      "api/v1/scheduler": (c) => schedulerEndpoint(c, master),
      health: (c) => c.body(null, 200),
      observe: (c) => observe(c),
      redirect: (c) => {
        const { hostname, port } = master.election.leader ?? master.info;
        return c.body(null, 307, { Location: `//${hostname}:${port}` });
      },
      "roles.json": (c) => jsonAnswer(c, rolesJson(cluster)),
      slaves: (c) =>
        jsonAnswer(c, { slaves: [...cluster.agents.values()].map((agent) => agentJson(cluster, agent)) }),
      "state.json": (c) => jsonAnswer(c, stateJson(master)),
      "state-summary": (c) => jsonAnswer(c, summaryJson(master)),
      "tasks.json": (c) => tasks(c, master),
      teardown: (c) => teardown(c, master),
      "register-agent": (c) => registerAgent(c, master),
      "agent-message": (c) => receiveFromAgent(c, master),
    },
    "registrar(1)": {
      registry: (c) => jsonAnswer(c, { master: { info: master.info }, slaves: { slaves: [] } }),
    },
    ...commonEndpoints(
      () => metricsJson(master),
      () => endpoints,
    ),
  };
  return libprocessRoutes(endpoints, "master");
}

async function registerAgent(c: Context, master: MasterParts): Promise<Response> {
  if (!master.election.serving) return refusal(c, 503, "Not the leading master");
  const input = await c.req.json().catch(() => undefined);
  const wrong = problemOf(registration, input, "the registration");
  if (wrong !== undefined) return refusal(c, 400, wrong);
  return new Response(master.agents.register(input as Registration).body, {
    headers: { "Content-Type": "application/json" },
  });
}

async function receiveFromAgent(c: Context, master: MasterParts): Promise<Response> {
  if (!master.election.serving) return refusal(c, 503, "Not the leading master");
  const input = await c.req.json().catch(() => undefined);
  const wrong = problemOf(agentMessage, input, "the message");
  if (wrong !== undefined) return refusal(c, 400, wrong);
  return master.agents.receive(input as AgentMessage) ? c.body(null, 202) : refusal(c, 410, "Not registered");
}

async function teardown(c: Context, master: MasterParts): Promise<Response> {
  if (c.req.method !== "POST") return refusal(c, 400, "Expecting POST");
  const id = new URLSearchParams(await c.req.text()).get("frameworkId");
  if (id === null) return refusal(c, 400, "Missing 'frameworkId' query parameter");
  const framework = master.cluster.frameworks.get(id);
  if (framework === undefined) return refusal(c, 400, "No framework found with specified ID");
  master.frameworks.teardown(framework);
  return c.body(null, 200);
}

/** What a monitor of hosts has seen. In 0.24.1, too, it is read and said again, and nothing else comes of it. */
async function observe(c: Context): Promise<Response> {
  const values = new URLSearchParams(await c.req.text());
  for (const key of ["monitor", "hosts", "level"]) {
    const value = values.get(key);
    if (value === null) return refusal(c, 400, `Missing value for '${key}'.`);
    if (value === "") return refusal(c, 400, `Empty string for '${key}'.`);
  }
  const [monitor, hosts = "", level] = ["monitor", "hosts", "level"].map((key) => values.get(key) ?? "");
  return c.json({ monitor, hosts: hosts.split(","), isHealthy: level?.toUpperCase() === "OK" });
}

function tasks(c: Context, { cluster }: MasterParts): Response {
  const number = (name: string, fallback: number) => {
    const text = c.req.query(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback;
  };
  const offset = number("offset", 0);
  const frameworks = [...cluster.frameworks.values(), ...cluster.completedFrameworks];
  const all = frameworks
    .flatMap((framework) => [...cluster.tasksOf(framework.id), ...framework.completedTasks])
    .map((task) => ({ task, since: task.statuses[0]?.timestamp ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.since === b.since ? 0 : a.since - b.since))
    .map(({ task }) => task);
  if (c.req.query("order") !== "asc") all.reverse();
  return jsonAnswer(c, { tasks: all.slice(offset, offset + number("limit", 100)).map(taskJson) });
}
