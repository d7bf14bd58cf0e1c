import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseResources } from "../../../src/rehearsal/mesos/resources.ts";
import { startMesosAgent } from "../../../src/rehearsal/mesos-agent/agent.ts";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { startMesosMaster } from "../../../src/rehearsal/mesos-master/master.ts";
import type { Running } from "../../../src/rehearsal/running.ts";
import { until } from "../../helpers/eventually.ts";
import { routeTable } from "../../helpers/route-table.ts";
import { Scheduler } from "../../helpers/scheduler.ts";
import { freePort } from "../../helpers/zookeeper-server.ts";

/** Mesos 0.24.1's routes, by its source: path, method, what is sent, the status and, of the answer, its text or its fields. */
interface Row {
  readonly on: "master" | "agent";
  readonly path: string;
  readonly method?: string;
  readonly type?: string;
  readonly accept?: string;
  readonly body?: string;
  readonly status: number;
  readonly text?: string | RegExp;
  readonly fields?: readonly string[];
}

const json = "application/json";
const call = (fields: object): Pick<Row, "method" | "type" | "body"> => ({
  method: "POST",
  type: json,
  body: JSON.stringify(fields),
});
const notThere = (on: Row["on"], ...paths: string[]): Row[] =>
  paths.map((path) => ({ on, path, status: 404, text: "" }));
const scheduler = "/api/v1/scheduler";
const invalid = (fields: object, words: string): Row => ({
  on: "master",
  path: scheduler,
  ...call(fields),
  status: 400,
  text: `Failed to validate Scheduler::Call: ${words}`,
});
const frameworkInfo = { user: "root", name: "x" };

const summaryFields = [
  ...["id", "name", "used_resources", "offered_resources", "capabilities", "hostname", "webui_url"],
];
const agentFields = [
  ...["id", "pid", "hostname", "registered_time", "resources", "used_resources", "offered_resources"],
  ...["reserved_resources", "unreserved_resources", "attributes", "active"],
];
const counts = [
  ...["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "TASK_KILLED", "TASK_FAILED"],
  ...["TASK_LOST", "TASK_ERROR"],
];

const differences = [
  "`/help` is a list of the endpoints and no HTML; `/help/<process>` is not there.",
  "`/api/v1/scheduler` does not speak protobuf: 415 as a body, 406 as an answer, where Mesos speaks it.",
  "`Mesos-Stream-Id` is given, and looked at where a client sends it: Mesos does so since 0.25.",
  "`/registrar(1)/registry` has no slaves: none are kept.",
  "no `registrar/state_fetch_ms` and `state_store_ms` among the metrics, for the same reason.",
  "`/register-agent` and `/agent-message` are between the stand-ins, and not of Mesos.",
];

const rows: readonly Row[] = [
  { on: "master", path: "/health", status: 200, text: "" },
  { on: "master", path: "/master/health", status: 200, text: "" },
  // libprocess leaves methods to the endpoints, and what is below an endpoint is that endpoint's.
  { on: "master", path: "/health", method: "DELETE", status: 200, text: "" },
  { on: "master", path: "/master/health/of/it", status: 200, text: "" },
  {
    on: "master",
    path: "/state.json",
    status: 200,
    fields: [
      ...["version", "build_date", "build_time", "build_user", "start_time", "elected_time", "id", "pid"],
      ...["hostname", "activated_slaves", "deactivated_slaves", "leader", "flags", "slaves", "frameworks"],
      ...["completed_frameworks", "orphan_tasks", "unregistered_frameworks"],
    ],
  },
  { on: "master", path: "/master/state.json?jsonp=f", status: 200, text: /^f\(\{.*\}\);$/ },
  { on: "master", path: "/state-summary", status: 200, fields: ["hostname", "slaves", "frameworks"] },
  { on: "master", path: "/slaves", status: 200, fields: ["slaves"] },
  { on: "master", path: "/roles.json", status: 200, fields: ["roles"] },
  { on: "master", path: "/tasks.json", status: 200, fields: ["tasks"] },
  { on: "master", path: "/redirect", status: 307 },
  { on: "master", path: "/", status: 200, text: /mesos-lab rehearsal/ },
  { on: "master", path: "/master", status: 200, text: /mesos-lab rehearsal/ },
  ...notThere(
    "master",
    "/state",
    "/tasks",
    "/roles",
    "/state.json/",
    "/master/nothing",
    "/..%2f",
    "/nothing",
  ),
  { on: "master", path: "/system/stats.json", status: 200, fields: ["avg_load_1min", "cpus_total"] },
  { on: "master", path: "/registrar(1)/registry", status: 200, fields: ["master", "slaves"] },
  { on: "master", path: "/registrar%281%29/registry", status: 200, fields: ["master", "slaves"] },
  { on: "master", path: "/logging/toggle", status: 200, text: "0\n" },
  {
    on: "master",
    path: "/logging/toggle?level=1",
    status: 400,
    text: "Expecting 'duration=value' in query.\n",
  },
  { on: "master", path: "/help", status: 200, text: /\/master\/state-summary/ },
  { on: "master", path: "/observe", method: "POST", status: 400, text: "Missing value for 'monitor'." },
  {
    on: "master",
    path: "/observe",
    method: "POST",
    body: "monitor=m&hosts=a,b&level=ok",
    status: 200,
    text: '{"monitor":"m","hosts":["a","b"],"isHealthy":true}',
  },
  { on: "master", path: "/teardown", status: 400, text: "Expecting POST" },
  {
    on: "master",
    path: "/teardown",
    method: "POST",
    status: 400,
    text: "Missing 'frameworkId' query parameter",
  },
  {
    on: "master",
    path: "/master/teardown",
    method: "POST",
    body: "frameworkId=none",
    status: 400,
    text: "No framework found with specified ID",
  },
  { on: "master", path: scheduler, status: 405, text: "Expecting a 'POST' request, received 'GET'" },
  {
    on: "master",
    path: scheduler,
    method: "POST",
    status: 400,
    text: "Expecting 'Content-Type' to be present",
  },
  { on: "master", path: scheduler, method: "POST", type: `${json}; charset=utf-8`, status: 415 },
  { on: "master", path: scheduler, method: "POST", type: "application/x-protobuf", status: 415 },
  {
    on: "master",
    path: scheduler,
    method: "POST",
    type: json,
    body: "{",
    status: 400,
    text: /^Failed to parse body into JSON: /,
  },
  {
    on: "master",
    path: scheduler,
    ...call({}),
    status: 400,
    text: /^Failed to convert JSON into Call protobuf: /,
  },
  {
    on: "master",
    path: scheduler,
    ...call({ type: "OFFER" }),
    status: 400,
    text: /^Failed to convert JSON into Call/,
  },
  {
    on: "master",
    path: scheduler,
    ...call({ type: "SUBSCRIBE", subscribe: { framework_info: frameworkInfo } }),
    accept: "application/x-protobuf",
    status: 406,
    text: /^Expecting 'Accept' to allow 'application\/json'/,
  },
  invalid({ type: "SUBSCRIBE" }, "Expecting 'subscribe' to be present"),
  invalid(
    { type: "SUBSCRIBE", framework_id: { value: "f" }, subscribe: { framework_info: frameworkInfo } },
    "'framework_id' differs from 'subscribe.framework_info.id'",
  ),
  invalid({ type: "REVIVE" }, "Expecting 'framework_id' to be present"),
  ...["accept", "decline", "kill", "shutdown", "acknowledge", "reconcile", "message", "request"].map((part) =>
    invalid({ type: part.toUpperCase(), framework_id: { value: "f" } }, `Expecting '${part}' to be present`),
  ),
  {
    on: "master",
    path: scheduler,
    ...call({ type: "REVIVE", framework_id: { value: "f" } }),
    status: 400,
    text: "Framework cannot be found",
  },

  { on: "agent", path: "/health", status: 200, text: "" },
  { on: "agent", path: "/slave(1)/health", status: 200, text: "" },
  {
    on: "agent",
    path: "/slave%281%29/state.json",
    status: 200,
    fields: [
      ...["version", "build_date", "build_time", "build_user", "start_time", "id", "pid", "hostname"],
      ...["resources", "attributes", "frameworks", "completed_frameworks", "flags"],
    ],
  },
  ...notThere("agent", "/state", "/slave(1)/state", "/slave(2)/state.json", "/monitor/usage.json"),
  { on: "agent", path: "/monitor/statistics.json", status: 200, text: "[]" },
  { on: "agent", path: "/system/stats.json", status: 200, fields: ["mem_total_bytes", "mem_free_bytes"] },
  { on: "agent", path: "/files/browse.json", status: 400, text: "Expecting 'path=value' in query.\n" },
  { on: "agent", path: "/files/read.json", status: 400, text: "Expecting 'path=value' in query.\n" },
  { on: "agent", path: "/files/download.json", status: 400, text: "Expecting 'path=value' in query.\n" },
  ...notThere(
    "agent",
    "/files/browse.json?path=/etc",
    "/files/read.json?path=/etc/passwd",
    "/files/download.json?path=/etc/passwd",
  ),
  { on: "agent", path: "/files/debug.json", status: 200 },
  { on: "agent", path: "/", status: 200, text: /mesos-lab rehearsal/ },
];

let master: Running;
let agent: Running;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  const fail = (error: Error) => {
    throw error;
  };
  const port = await freePort();
  master = await startMesosMaster({ ip: "127.0.0.1", port, hostname: "localhost", onFatal: fail });
  cleanups.push(() => master.close());
  const workDir = await mkdtemp(join(tmpdir(), "agent-"));
  cleanups.push(() => rm(workDir, { recursive: true, force: true }));
  agent = await startMesosAgent({
    ip: "127.0.0.1",
    port: await freePort(),
    hostname: "127.0.0.1",
    master: { address: `127.0.0.1:${port}` },
    workDir,
    resources: parseResources("cpus:2;mem:512;disk:1024;ports:[31000-31099]"),
    runners: [commandRunner()],
    registrationBackoffMs: 10,
    onFatal: fail,
  });
  cleanups.push(() => agent.close());
  await until("it is registered", async () => (await state()).slaves.length === 1);
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

// biome-ignore lint/suspicious/noExplicitAny: the tests look at single fields of a large document.
async function state(path = "/state.json", on = master): Promise<any> {
  return (await fetch(on.url + path)).json();
}

describe("Mesos 0.24.1's HTTP API", () => {
  test.each(rows.map((row) => [`${row.on} ${row.method ?? "GET"} ${row.path}`, row] as const))(
    "%s",
    async (_title, row) => {
      const answer = await fetch((row.on === "master" ? master : agent).url + row.path, {
        method: row.method ?? "GET",
        redirect: "manual",
        // A body of bytes has no type by itself.
        ...(row.body === undefined ? {} : { body: Buffer.from(row.body) }),
        headers: {
          ...(row.type === undefined ? {} : { "content-type": row.type }),
          ...(row.accept === undefined ? {} : { accept: row.accept }),
        },
      });
      const text = await answer.text();
      expect([answer.status, text]).toEqual([row.status, expect.any(String)]);
      if (typeof row.text === "string") expect(text).toBe(row.text);
      if (row.text instanceof RegExp) expect(text).toMatch(row.text);
      if (row.fields !== undefined)
        expect(Object.keys(JSON.parse(text))).toEqual(expect.arrayContaining([...row.fields]));
    },
  );
});

describe("with a task", () => {
  let framework: Scheduler;
  beforeAll(async () => {
    framework = new Scheduler();
    cleanups.push(() => framework.close());
    await framework.subscribe(master.url);
    await framework.launch("t.1", { command: { shell: true, value: "sleep 1000000" }, name: "one" });
    await framework.status("t.1", "TASK_RUNNING");
  });

  test("ids are made of the master's start, address and process", async () => {
    const { id, slaves, frameworks } = await state();
    expect(id).toMatch(/^\d{8}-\d{6}-16777343-\d+-\d+$/);
    expect([slaves[0].id, frameworks[0].id]).toEqual([`${id}-S0`, `${id}-0000`]);
  });

  test("the state of the master has the fields of 0.24.1, and no others", async () => {
    const { frameworks, slaves } = await state();
    expect(Object.keys(frameworks[0]).sort()).toEqual(
      [
        ...summaryFields,
        ...["user", "failover_timeout", "checkpoint", "role", "registered_time", "unregistered_time"],
        ...["active", "resources", "tasks", "completed_tasks", "offers", "executors"],
      ].sort(),
    );
    expect(Object.keys(slaves[0]).sort()).toEqual([...agentFields].sort());
    expect(Object.keys(frameworks[0].tasks[0]).sort()).toEqual(
      [
        ...[
          "executor_id",
          "framework_id",
          "id",
          "labels",
          "name",
          "resources",
          "slave_id",
          "state",
          "statuses",
        ],
      ].sort(),
    );
    expect(Object.keys(frameworks[0].tasks[0].statuses[0]).sort()).toEqual(["state", "timestamp"]);
  });

  test("its summary counts tasks for frameworks and slaves", async () => {
    const { frameworks, slaves } = await state("/state-summary");
    expect(Object.keys(frameworks[0]).sort()).toEqual([...summaryFields, ...counts, "slave_ids"].sort());
    expect(Object.keys(slaves[0]).sort()).toEqual([...agentFields, ...counts, "framework_ids"].sort());
    expect([frameworks[0].TASK_RUNNING, slaves[0].TASK_RUNNING]).toEqual([1, 1]);
  });

  test("the state of the agent has its executor with what Mesos gives to it", async () => {
    const { frameworks } = await state("/state.json", agent);
    const [{ executors, ...framework }] = frameworks;
    expect(framework).toMatchObject({
      name: "test",
      user: "root",
      role: "*",
      checkpoint: false,
      hostname: "",
    });
    expect(executors[0]).toMatchObject({
      id: "t.1",
      name: "Command Executor (Task: t.1) (Command: sh -c 'sleep 1000000')",
      source: "t.1",
      resources: { cpus: 0.2, mem: 64 },
      tasks: [{ id: "t.1", executor_id: "", state: "TASK_RUNNING" }],
    });
  });

  test("metrics have the names of 0.24.1", async () => {
    const names = Object.keys(await state("/metrics/snapshot"));
    expect(names).toEqual(
      expect.arrayContaining([
        ...["master/elected", "master/uptime_secs", "master/messages_register_framework"],
        ...["master/slave_removals/reason_unhealthy", "master/cpus_revocable_percent"],
        ...["master/valid_status_updates", "allocator/event_queue_dispatches", "system/load_15min"],
      ]),
    );
    expect(names.filter((name) => !name.startsWith("master/task_"))).toHaveLength(88);
    const agentNames = Object.keys(await state("/metrics/snapshot", agent));
    expect(agentNames).toEqual(expect.arrayContaining(["slave/executors_registering", "slave/tasks_lost"]));
    expect(agentNames).toHaveLength(46);
  });

  test("calls need no stream id, but a wrong one is refused", async () => {
    const send = (headers: Record<string, string>) =>
      fetch(`${master.url}${scheduler}`, {
        method: "POST",
        headers: { "content-type": json, ...headers },
        body: JSON.stringify({ type: "REVIVE", framework_id: { value: framework.frameworkId } }),
      });
    expect((await send({})).status).toBe(202);
    expect((await send({ "mesos-stream-id": "another" })).status).toBe(400);
  });

  test("a second subscription without force is refused", async () => {
    const id = { value: framework.frameworkId };
    const answer = await fetch(`${master.url}${scheduler}`, {
      method: "POST",
      headers: { "content-type": json },
      body: JSON.stringify({
        type: "SUBSCRIBE",
        framework_id: id,
        subscribe: { framework_info: { ...frameworkInfo, id } },
      }),
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("already connected")]);
  });

  test("calls without an effect here are taken; SHUTDOWN of a command's executor ends its task", async () => {
    const agent_id = { value: (await state()).slaves[0].id };
    const executor_id = { value: "t.1" };
    expect(await framework.call({ type: "REQUEST", request: { requests: [] } })).toBe(202);
    expect(await framework.call({ type: "MESSAGE", message: { agent_id, executor_id, data: "" } })).toBe(202);
    expect(await framework.call({ type: "SHUTDOWN", shutdown: { executor_id, agent_id } })).toBe(202);
    expect((await framework.status("t.1", "TASK_KILLED")).message).toBe(
      "Command terminated with signal Terminated",
    );
  });

  test("a teardown is told by nothing but the next call", async () => {
    expect(await framework.call({ type: "TEARDOWN" })).toBe(202);
    const before = framework.events.length;
    expect(await framework.call({ type: "REVIVE" })).toBe(400);
    expect(framework.events.slice(before).filter(({ type }) => type !== "HEARTBEAT")).toEqual([]);
  });
});

test("the table of routes in the documents has these rows; else: run this with -u", async () => {
  const table = routeTable({
    title: "Routes of the stand-ins of Mesos 0.24.1",
    test: "integration/rehearsal/mesos-api.test.ts",
    differences,
    rows: rows.map(({ on, method = "GET", path, ...row }) => ({ ...row, call: `${on}: ${method} ${path}` })),
  });
  await expect(table).toMatchFileSnapshot("../../../docs/routes-mesos.md");
});
