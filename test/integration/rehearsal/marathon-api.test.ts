import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../helpers/eventually.ts";
import { type MarathonLab, marathonLab } from "../../helpers/rehearsal-lab.ts";
import { routeTable } from "../../helpers/route-table.ts";

/** Marathon 0.15.0's routes, by its source: method, path, what is sent, the status and, of the answer, its text or its fields. */
interface Row {
  readonly call: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly status: number;
  readonly text?: string | RegExp;
  readonly message?: string | null;
  readonly fields?: readonly string[];
  readonly headers?: Readonly<Record<string, string | RegExp>>;
}

const json = "application/json";
const uuid = /^[0-9a-f-]{36}$/;
const result = ["version", "deploymentId"];
const appFields = [
  ...["id", "cmd", "args", "user", "env", "instances", "cpus", "mem", "disk", "executor", "constraints"],
  ...["uris", "fetch", "storeUrls", "ports", "requirePorts", "backoffSeconds", "backoffFactor"],
  ...["maxLaunchDelaySeconds", "container", "healthChecks", "dependencies", "upgradeStrategy", "labels"],
  ...["acceptedResourceRoles", "ipAddress", "version"],
];
const counts = ["tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy", "deployments"];
const noStorage = "No storage provider available to load/persist artifacts. Configuration problem?";
const unknown = "App '/none' does not exist";

const notAllowed = (...calls: string[]): Row[] =>
  calls.map((call) => ({ call, status: 405, text: '{"message":null}' }));

const differences = [
  "OPTIONS is a method that no resource has: 405, where Jersey answers with a description of the resource.",
  "`callbackUrl` has to be a URL: 400, where Marathon keeps anything and fails at every event.",
  "`storeUrls`, an `executor` other than `//cmd` and `ipAddress` are refused: 422.",
  "a dry run of a group tells what the run would do; Marathon's also lists a restart for every app that stays.",
  "/logging is a page with nothing to set, /api-console is not there; /metrics has the gauges that can be counted, and no meters and timers.",
  "an app's place is that of its id; Marathon takes apps into groups that their ids do not name.",
];

/** In this order, on a Marathon with the app `/g/app` and no other. */
const rows: readonly Row[] = [
  { call: "GET /ping", status: 200, text: "pong\n" },
  { call: "GET /", status: 302, headers: { location: "ui/" } },
  { call: "GET /ui", status: 302, headers: { location: "/ui/" } },
  { call: "GET /ui/", status: 200, text: /mesos-lab rehearsal/ },
  { call: "GET /v2/nothing", status: 404, message: "URI not found: /v2/nothing" },

  {
    call: "GET /v2/schemas/app",
    status: 200,
    fields: ["$schema", "type", "properties", "required"],
    headers: { "content-type": "application/json; qs=2" },
  },
  { call: "GET /v2/artifacts/a.tgz", status: 422, message: noStorage },
  { call: "DELETE /v2/artifacts/a/b.tgz", status: 422, message: noStorage },
  { call: "POST /v2/artifacts", type: "multipart/form-data", body: "", status: 422, message: noStorage },
  { call: "PUT /v2/artifacts/a", type: json, body: "{}", status: 415, message: "Unsupported Media Type" },
  { call: "GET /help", status: 302, headers: { location: "api-console/index.html" } },
  {
    call: "GET /metrics",
    status: 200,
    fields: ["version", "gauges", "counters", "histograms", "meters", "timers"],
    headers: { "content-type": json },
  },
  { call: "GET /logging", status: 200, text: /<html>/ },
  { call: "GET /status", status: 200, text: "on\n" },
  { call: "POST /status/off", status: 204 },
  { call: "GET /status", status: 200, text: "off\n" },
  { call: "POST /status/on", status: 204 },

  { call: "GET /v2/apps", status: 200, fields: ["apps"] },
  {
    call: "GET /v2/apps/",
    status: 200,
    fields: ["apps"],
    headers: {
      "content-type": "application/json; qs=2",
      "cache-control": "no-cache, no-store, must-revalidate",
      pragma: "no-cache",
      expires: "0",
      "x-marathon-leader": /^http:\/\/127\.0\.0\.1:\d+$/,
    },
  },
  { call: "GET /v2/apps", accept: "text/html,*/*;q=0.1", status: 200 },
  { call: "GET /v2/apps", accept: "text/html", status: 406, text: '{"message":"Not Acceptable"}' },
  { call: "GET /v2/apps", type: "text/plain", status: 415, text: '{"message":"Unsupported Media Type"}' },
  ...notAllowed("GET /v2/artifacts", "POST /v2/schemas/app"),
  ...notAllowed("DELETE /v2/apps", "PATCH /v2/apps", "OPTIONS /v2/apps", "DELETE /v2/tasks", "PUT /v2/info"),
  ...notAllowed(
    "POST /v2/apps/g/app",
    "PATCH /v2/apps/g/app",
    "PUT /v2/apps/g/app/tasks",
    "POST /v2/deployments",
  ),
  {
    call: "POST /v2/apps",
    type: "application/x-www-form-urlencoded",
    body: "{}",
    status: 415,
    message: "Unsupported Media Type",
  },
  { call: "POST /v2/apps", type: json, body: "", status: 400, message: "Please specify data in JSON format" },
  { call: "POST /v2/apps", type: json, body: "{", status: 400, message: "Invalid JSON" },
  { call: "POST /v2/apps", body: { id: "x" }, status: 422, message: "Object is not valid" },
  {
    call: "POST /v2/apps",
    body: { id: "/g/app", cmd: "x" },
    status: 409,
    message: "An app with id [/g/app] already exists.",
  },
  {
    call: "POST /v2/apps/",
    type: `${json}; charset=utf-8`,
    body: { id: "new", cmd: "sleep 1", instances: 0 },
    status: 201,
    fields: [...appFields, ...counts, "tasks"],
    headers: { location: /^http:\/\/127\.0\.0\.1:\d+\/v2\/apps\/new$/ },
  },
  {
    call: "POST /v2/apps",
    body: { id: "x", cmd: "x", executor: "/own" },
    status: 422,
    message: "The executor '/own' is not supported by the mesos-lab rehearsal of Marathon",
  },
  {
    call: "POST /v2/apps",
    body: { id: "x", cmd: "x", ipAddress: {} },
    status: 422,
    message: "ipAddress (an IP address per task) is not supported by the mesos-lab rehearsal of Marathon",
  },
  {
    call: "PUT /v2/apps/new",
    body: { storeUrls: ["http://example.com/a"] },
    status: 422,
    message: "storeUrls (an artifact store) is not supported by the mesos-lab rehearsal of Marathon",
  },
  { call: "GET /v2/apps/new", status: 200, fields: ["app"] },
  { call: "GET /v2/apps//new/", status: 200, fields: ["app"] },
  { call: "GET /v2/apps/none", status: 404, message: unknown },
  { call: "GET /v2/apps/*", status: 200, fields: ["*"] },
  { call: "GET /v2/apps/g/*", status: 200, fields: ["*"] },
  { call: "GET /v2/apps?label=a==", status: 400 },
  { call: "PUT /v2/apps/new", body: { cmd: "sleep 2" }, status: 200, fields: result },
  { call: "PUT /v2/apps/new", body: { args: ["x"] }, status: 422, message: "Object is not valid" },
  {
    call: "PUT /v2/apps/other",
    body: { cmd: "x", instances: 0 },
    status: 201,
    fields: result,
    headers: { location: /\/v2\/apps\/other\/other$/ },
  },
  { call: "PUT /v2/apps", body: [{ id: "other", instances: 0, mem: 64 }], status: 200, fields: result },
  { call: "POST /v2/apps/new/restart", status: 200, fields: result },
  { call: "POST /v2/apps/none/restart", status: 404, message: unknown },
  { call: "GET /v2/apps/none/restart", status: 404, message: "App '/none/restart' does not exist" },
  { call: "GET /v2/apps/new/versions", status: 200, fields: ["versions"] },
  { call: "GET /v2/apps/none/versions", status: 404, message: unknown },
  {
    call: "GET /v2/apps/new/versions/2015-12-30T10:00:00.000Z",
    status: 404,
    message: "App '/new' does not exist in version 2015-12-30T10:00:00.000Z",
  },
  { call: "GET /v2/apps/new/versions/yesterday", status: 422, message: 'Invalid format: "yesterday"' },
  { call: "GET /v2/apps/none/tasks", status: 404, message: unknown },
  { call: "GET /v2/apps/g/app/tasks", status: 200, fields: ["tasks"] },
  {
    call: "GET /v2/apps/g/app/tasks",
    accept: "text/plain",
    status: 200,
    text: /^g_app\t10000\t127\.0\.0\.1:\d+\t\n$/,
  },
  { call: "DELETE /v2/apps/none/tasks", status: 404, message: unknown },
  { call: "DELETE /v2/apps/g/app/tasks/none", status: 404, message: "Task 'none' does not exist" },
  { call: "GET /v2/tasks?status=running", status: 200, fields: ["tasks"] },
  { call: "GET /v2/tasks", accept: "text/plain;q=0.9,application/json;q=0.1", status: 200, text: /^g_app\t/ },
  { call: "GET /v2/tasks", accept: "image/png", status: 406 },
  { call: "POST /v2/tasks/delete", body: { ids: [""] }, status: 400, message: "Invalid task id ''." },
  { call: "POST /v2/tasks/delete", body: {}, status: 400, message: "Invalid JSON" },
  { call: "POST /v2/tasks/delete", type: "text/plain", body: "{}", status: 415 },
  { call: "DELETE /v2/apps/other", status: 200, fields: result },
  { call: "DELETE /v2/apps/other", status: 404, message: "App '/other' does not exist" },

  { call: "GET /v2/groups", status: 200, fields: ["id", "apps", "groups", "dependencies", "version"] },
  { call: "GET /v2/groups/g", status: 200, fields: ["id", "apps", "groups", "dependencies", "version"] },
  { call: "GET /v2/groups/none", status: 404, message: "Group '/none' does not exist" },
  { call: "GET /v2/groups/apps", status: 200, text: /^\[\{"id":"\/g\/app"/ },
  { call: "GET /v2/groups/g/apps", status: 200, text: /^\[\{"id":"\/g\/app"/ },
  { call: "GET /v2/groups/versions", status: 200, text: /^\["20/ },
  { call: "GET /v2/groups/g/versions", status: 200, text: /^\["20/ },
  { call: "GET /v2/groups/none/versions", status: 200, text: "[]" },
  {
    call: "GET /v2/groups/g/versions/2015-12-30T10:00:00.000Z",
    status: 404,
    message: "Group '/g' does not exist in version 2015-12-30T10:00:00.000Z",
  },
  { call: "GET /v2/groups", accept: "text/html", status: 406 },
  ...notAllowed("PATCH /v2/groups/g"),
  {
    call: "POST /v2/groups",
    type: "text/plain",
    body: { id: "made", apps: [{ id: "a", cmd: "x", instances: 0 }] },
    status: 201,
    fields: result,
    headers: { location: /\/v2\/groups\/made$/ },
  },
  {
    call: "POST /v2/groups",
    body: { id: "/made" },
    status: 409,
    message: "Group /made is already created. Use PUT to change this group.",
  },
  {
    call: "POST /v2/groups",
    body: {},
    status: 409,
    message: "Group / is already created. Use PUT to change this group.",
  },
  { call: "POST /v2/groups", body: { id: "B" }, status: 422, message: "Object is not valid" },
  {
    call: "PUT /v2/groups/made?dryRun=true",
    body: { apps: [] },
    status: 200,
    text: '{"steps":[{"actions":[{"type":"StopApplication","app":"/made/a"}]}]}',
  },
  { call: "PUT /v2/groups/made", body: { scaleBy: 2 }, status: 200, fields: result },
  {
    call: "PUT /v2/groups/made",
    body: { scaleBy: 2, apps: [] },
    status: 422,
    message: "Object is not valid",
  },
  {
    call: "PUT /v2/groups/made",
    body: { version: "2015-12-30T10:00:00.000Z" },
    status: 422,
    message: "Group /made not available in version 2015-12-30T10:00:00.000Z",
  },
  { call: "PUT /v2/groups/fresh", body: { apps: [] }, status: 200, fields: result },
  { call: "DELETE /v2/groups/fresh", status: 200, fields: result },
  { call: "DELETE /v2/groups/fresh", status: 404, message: "Group '/fresh' does not exist" },
  { call: "DELETE /v2/groups/made", status: 200, fields: result },

  { call: "GET /v2/deployments", status: 200, text: "[]" },
  { call: "DELETE /v2/deployments/none", status: 404, message: "DeploymentPlan none does not exist" },
  { call: "GET /v2/queue", status: 200, text: '{"queue":[]}' },
  { call: "DELETE /v2/queue/none/delay", status: 404, message: "application none not found in task queue" },
  { call: "DELETE /v2/queue/none", status: 404, message: "URI not found: /v2/queue/none" },
  { call: "GET /v2/eventSubscriptions", status: 200, fields: ["callbackUrls"] },
  {
    call: "POST /v2/eventSubscriptions?callbackUrl=http://127.0.0.1:1/",
    status: 200,
    fields: ["clientIp", "callbackUrl", "eventType", "timestamp"],
  },
  {
    call: "DELETE /v2/eventSubscriptions?callbackUrl=http://127.0.0.1:1/",
    status: 200,
    text: /"unsubscribe_event"/,
  },
  { call: "POST /v2/eventSubscriptions?callbackUrl=nowhere", status: 400 },
  { call: "GET /v2/events", status: 405, text: /HTTP ERROR: 405/ },
  { call: "GET /v2/events", accept: json, status: 405, headers: { "content-type": /^text\/html/ } },
  { call: "GET /v2/leader", status: 200, fields: ["leader"] },
  {
    call: "GET /v2/info",
    status: 200,
    fields: [
      ...["name", "version", "elected", "leader", "frameworkId", "marathon_config", "zookeeper_config"],
      ...["event_subscriber", "http_config"],
    ],
  },
];

let lab: MarathonLab;
beforeAll(async () => {
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", { id: "/g/app", cmd: "sleep 1", cpus: 0.1, mem: 16 });
  await lab.runningTasks("/g/app", 1);
  await until("it is deployed", async () => (await lab.call("GET", "/v2/deployments")).json.length === 0);
});
afterAll(() => lab?.close());

describe("Marathon 0.15.0's HTTP API", () => {
  test.each(
    rows.map(
      (row) => [`${row.call}${row.body === undefined ? "" : ` ${JSON.stringify(row.body)}`}`, row] as const,
    ),
  )("%s", async (_title, row) => {
    const [method = "", path = ""] = row.call.split(" ");
    const body = row.body === undefined || typeof row.body === "string" ? row.body : JSON.stringify(row.body);
    const type = row.type ?? (row.body === undefined ? undefined : json);
    const answer = await fetch(lab.marathon.url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(type === undefined ? {} : { "content-type": type }),
        ...(row.accept === undefined ? {} : { accept: row.accept }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    const text = await answer.text();
    expect([answer.status, text]).toEqual([row.status, expect.any(String)]);
    if (typeof row.text === "string") expect(text).toBe(row.text);
    if (row.text instanceof RegExp) expect(text).toMatch(row.text);
    if (row.message !== undefined) expect(JSON.parse(text).message).toBe(row.message);
    if (row.fields !== undefined)
      expect(Object.keys(JSON.parse(text)).sort()).toEqual([...row.fields].sort());
    for (const [name, value] of Object.entries(row.headers ?? {}))
      expect(answer.headers.get(name)).toMatch(
        typeof value === "string" ? new RegExp(`^${value.replaceAll(/[*+.;/]/g, "\\$&")}$`) : value,
      );
  });
});

describe("a group", () => {
  const product = (instances: number) => ({
    id: "/p",
    groups: [
      { id: "db", apps: [{ id: "mongo", cmd: "sleep 1", cpus: 0.1, mem: 16, instances }] },
      {
        id: "web",
        dependencies: ["/p/db"],
        apps: [{ id: "rails", cmd: "sleep 1", cpus: 0.1, mem: 16, instances }],
      },
    ],
  });
  const settled = () =>
    until("no deployment", async () => (await lab.call("GET", "/v2/deployments")).json.length === 0);
  const sizes = async () => {
    const { apps } = (await lab.call("GET", "/v2/apps?id=/p/")).json;
    return apps.map(({ id, instances }: { id: string; instances: number }) => [id, instances]);
  };

  test("is deployed in the order of its dependencies, locked meanwhile, scaled, rolled back and removed", async () => {
    const events: { eventType: string; currentStep?: { actions: unknown[] } }[] = [];
    const stream = await fetch(`${lab.marathon.url}/v2/events`, { headers: { accept: "text/event-stream" } });
    const reading = (async () => {
      let rest = "";
      for await (const chunk of stream.body ?? []) {
        rest += Buffer.from(chunk).toString("utf8");
        const blocks = rest.split("\r\n\r\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined) events.push(JSON.parse(data));
        }
      }
    })().catch(() => {});

    const made = await lab.call("POST", "/v2/groups", product(1));
    expect([made.status, made.json.deploymentId]).toEqual([201, expect.stringMatching(uuid)]);
    const [deployment] = (await lab.call("GET", "/v2/deployments")).json;
    if (deployment !== undefined) {
      expect(deployment).toMatchObject({ id: made.json.deploymentId, totalSteps: 3 });
      const again = await lab.call("PUT", "/v2/apps/p/web/rails", { mem: 32 });
      // It may have ended meanwhile; while it has not, its apps are its own.
      expect([200, 409]).toContain(again.status);
    }
    await settled();
    const steps = events
      .filter(({ eventType }) => eventType === "deployment_info")
      .map(({ currentStep }) => currentStep?.actions);
    expect(steps.slice(0, 3)).toEqual([
      [
        { type: "StartApplication", app: "/p/db/mongo" },
        { type: "StartApplication", app: "/p/web/rails" },
      ],
      [{ type: "ScaleApplication", app: "/p/db/mongo" }],
      [{ type: "ScaleApplication", app: "/p/web/rails" }],
    ]);
    expect(events.filter(({ eventType }) => eventType === "group_change_success")[0]).toMatchObject({
      groupId: "/p",
    });

    expect((await lab.call("PUT", "/v2/groups/p", { scaleBy: 2 })).status).toBe(200);
    await settled();
    expect(await sizes()).toEqual([
      ["/p/db/mongo", 2],
      ["/p/web/rails", 2],
    ]);
    await lab.runningTasks("/p/web/rails", 2);

    const { version } = made.json;
    expect((await lab.call("GET", `/v2/groups/p/versions/${version}`)).json.groups[0].apps[0].instances).toBe(
      1,
    );
    expect((await lab.call("DELETE", "/v2/groups/p?force=true")).status).toBe(200);
    await settled();
    expect(await sizes()).toEqual([]);
    expect((await lab.call("PUT", "/v2/groups/p", { version })).status).toBe(200);
    await settled();
    expect(await sizes()).toEqual([
      ["/p/db/mongo", 1],
      ["/p/web/rails", 1],
    ]);
    await lab.runningTasks("/p/db/mongo", 1);
    await stream.body?.cancel().catch(() => {});
    await Promise.race([reading, undefined]);
  });

  test("that is known to the next leader is as it was", async () => {
    const before = (await lab.call("GET", "/v2/groups")).json;
    const versions = (await lab.call("GET", "/v2/groups/versions")).json;
    await lab.marathon.close();
    const next = await lab.start();
    const get = async (path: string) => (await fetch(next.url + path)).json();
    await until("it leads", async () => (await fetch(`${next.url}/v2/leader`)).status === 200);
    expect(await get("/v2/groups")).toEqual(before);
    expect(await get("/v2/groups/versions")).toEqual(versions);
  });
});

test("the table of routes in the documents has these rows; else: run this with -u", async () => {
  const title = "Routes of the stand-in of Marathon 0.15.0";
  const table = routeTable({ title, test: "integration/rehearsal/marathon-api.test.ts", differences, rows });
  await expect(table).toMatchFileSnapshot("../../../docs/routes-marathon.md");
});
