import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { fixedMaster, startMarathon } from "../../../src/rehearsal/marathon/start.ts";
import { createMemoryTree } from "../../../src/rehearsal/store/memory-store.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type MarathonLab, marathonLab, options, request, tutorialApp } from "../../helpers/rehearsal-lab.ts";

let lab: MarathonLab | undefined;
const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0)) await end();
  await lab?.close();
  lab = undefined;
});

test("the tutorial's app is created, launched, listed as text, and moves when it is killed", async () => {
  lab = await marathonLab();
  // A kill is no failure: its successor must not wait for this back-off.
  const created = await lab.call("POST", "/v2/apps", { ...tutorialApp, backoffSeconds: 600 });
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toBe(`${lab.marathon.url}/v2/apps/tomcat`);
  expect(created.headers.get("x-marathon-leader")).toBe(lab.marathon.url);
  expect(created.json).toMatchObject({
    id: "/tomcat",
    ports: [0],
    container: { type: "DOCKER", docker: { portMappings: [{ containerPort: 8080, servicePort: 0 }] } },
    tasksStaged: 0,
    tasksRunning: 0,
    tasks: [],
    deployments: [{ id: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
  });

  const [task] = await lab.runningTasks("/tomcat", 1);
  expect(task?.id).toMatch(/^tomcat\.[0-9a-f-]{36}$/);
  const port = task?.ports[0];
  const text = await lab.call("GET", "/v2/tasks", undefined, { accept: "text/plain" });
  expect(text.text).toBe(`tomcat\t10000\t127.0.0.1:${port}\t\n`);
  const launched = lab.master.calls.flatMap((call) => (call.type === "ACCEPT" ? [call] : []));
  const info = launched[0]?.accept.operations?.[0]?.launch?.task_infos[0];
  expect(info?.container?.docker).toMatchObject({
    image: "tomcat",
    network: "BRIDGE",
    port_mappings: [{ host_port: port, container_port: 8080, protocol: "tcp" }],
  });
  const env = Object.fromEntries(
    info?.command?.environment?.variables?.map(({ name, value }) => [name, value]) ?? [],
  );
  expect(env).toMatchObject({
    PORT: String(port),
    PORT0: String(port),
    PORT_8080: String(port),
    HOST: "127.0.0.1",
  });

  const killed = await lab.call("DELETE", `/v2/apps/tomcat/tasks/${task?.id}`);
  expect(killed.status).toBe(200);
  expect(killed.json.task.id).toBe(task?.id);
  await eventually(async () => {
    const [next] = (await lab?.runningTasks("/tomcat", 1)) ?? [];
    expect(next?.id).not.toBe(task?.id);
    expect(next?.ports[0]).not.toBe(port);
  });
  const { json } = await lab.call("GET", "/v2/apps/tomcat");
  expect(json.app).not.toHaveProperty("lastTaskFailure");
  const acknowledged = lab.master.calls.filter((call) => call.type === "ACKNOWLEDGE").length;
  expect(acknowledged).toBeGreaterThanOrEqual(2);
});

test.each([
  ["an hour back", -3_600_000],
  ["a second back", -1_000],
  ["to 1970", -Date.now()],
  ["an hour ahead", 3_600_000],
  ["ten years ahead", 315_000_000_000],
])("the wall clock steps %s: apps start, and what runs is left alone", async (_, stepMs) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  cleanup.push(async () => vi.useRealTimers());
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", { ...tutorialApp, id: "/before" });
  const [before] = await lab.runningTasks("/before", 1);
  vi.setSystemTime(Date.now() + stepMs);
  await lab.call("POST", "/v2/apps", { ...tutorialApp, id: "/after" });
  const [after] = await lab.runningTasks("/after", 1);
  await lab.call("DELETE", `/v2/apps/after/tasks/${after?.id}`);
  await eventually(async () => {
    const [next] = (await lab?.runningTasks("/after", 1)) ?? [];
    expect(next?.id).not.toBe(after?.id);
  });
  expect((await lab.runningTasks("/before", 1))[0]?.id).toBe(before?.id);
});

test("a deployment locks its app until it settles; force goes through", async () => {
  lab = await marathonLab();
  lab.master.hold();
  await lab.call("POST", "/v2/apps", tutorialApp);
  const locked = await lab.call("PUT", "/v2/apps/tomcat", { instances: 2 });
  expect(locked.status).toBe(409);
  expect(locked.json.message).toMatch(/^App is locked by one or more deployments\./);
  const running = (await lab.call("GET", "/v2/deployments")).json;
  expect(locked.json.deployments).toEqual([{ id: running[0].id }]);
  expect(running[0]).toMatchObject({
    affectedApps: ["/tomcat"],
    steps: [
      [{ action: "StartApplication", app: "/tomcat" }],
      [{ action: "ScaleApplication", app: "/tomcat" }],
    ],
    currentActions: [{ action: "ScaleApplication", app: "/tomcat" }],
    currentStep: 2,
    totalSteps: 2,
  });
  const forced = await lab.call("PUT", "/v2/apps/tomcat?force=true", { instances: 2 });
  expect(forced.status).toBe(200);
  expect(forced.json).toEqual({ version: expect.any(String), deploymentId: expect.any(String) });
  const staged = (await lab.call("GET", "/v2/tasks?status=staging")).json.tasks;
  expect(staged[0].startedAt).toBeNull();
  lab.master.release();
  await lab.runningTasks("/tomcat", 2);
  await eventually(async () => expect((await lab?.call("GET", "/v2/deployments"))?.json).toEqual([]));
});

test("errors have Marathon's status codes and bodies", async () => {
  lab = await marathonLab();
  const post = (body: unknown) => (lab as MarathonLab).call("POST", "/v2/apps", body);
  expect((await post("{")).json.message).toBe("Invalid JSON");
  expect((await post("{")).status).toBe(400);
  const types = await post({ ...tutorialApp, cpus: "much" });
  expect(types.status).toBe(400);
  expect(types.json.details).toEqual([{ path: "/cpus", errors: ["error.expected.jsnumber"] }]);
  const id = await post({ ...tutorialApp, id: "Tom_Cat" });
  expect(id.status).toBe(422);
  expect(id.json).toMatchObject({ message: "Object is not valid", details: [{ attribute: "id" }] });
  expect((await post({ id: "nothing" })).status).toBe(422);
  expect((await post(tutorialApp)).status).toBe(201);
  const twice = await post(tutorialApp);
  expect([twice.status, twice.json.message]).toEqual([409, "An app with id [/tomcat] already exists."]);
  const unknown = await lab.call("GET", "/v2/apps/x");
  expect([unknown.status, unknown.json]).toEqual([404, { message: "App '/x' does not exist" }]);
  await lab.runningTasks("/tomcat", 1);
  const task = await lab.call("DELETE", "/v2/apps/tomcat/tasks/tomcat.none");
  expect([task.status, task.json]).toEqual([404, { message: "Task 'tomcat.none' does not exist" }]);
  const ids = await lab.call("POST", "/v2/tasks/delete", { ids: ["nonsense"] });
  expect([ids.status, ids.json]).toEqual([400, { message: "Invalid task id 'nonsense'." }]);
  expect((await lab.call("GET", "/v2/nowhere")).status).toBe(404);
});

test("a task that dies by itself waits for its back-off and leaves a failure", async () => {
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", { ...tutorialApp, backoffSeconds: 600 });
  const [task] = await lab.runningTasks("/tomcat", 1);
  lab.master.end(task?.id ?? "", "TASK_FAILED");
  const queue = await eventually(async () => {
    const { json } = (await lab?.call("GET", "/v2/queue")) ?? {};
    expect(json.queue).toHaveLength(1);
    return json.queue;
  });
  expect(queue[0]).toMatchObject({ app: { id: "/tomcat" }, count: 1, delay: { overdue: false } });
  expect(queue[0].delay.timeLeftSeconds).toBeGreaterThan(500);
  const { json } = await lab.call("GET", "/v2/apps//tomcat");
  expect(json.app.lastTaskFailure).toMatchObject({
    taskId: task?.id,
    state: "TASK_FAILED",
    message: "fake TASK_FAILED",
  });
  expect((await lab.call("GET", "/v2/apps/tomcat/tasks")).status).toBe(404);
  expect((await lab.call("DELETE", "/v2/queue//tomcat/delay")).status).toBe(204);
  await lab.runningTasks("/tomcat", 1);
});

test("scaling, upgrading, restarting and deleting", async () => {
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", { ...tutorialApp, id: "/shop/web", instances: 2 });
  const before = await lab.runningTasks("/shop/web", 2);
  expect(before[0]?.id).toMatch(/^shop_web\./);
  const settled = () =>
    eventually(async () => expect((await lab?.call("GET", "/v2/deployments"))?.json).toEqual([]));
  await settled();
  await lab.call("DELETE", `/v2/apps/shop/web/tasks/${before[0]?.id}?scale=true`);
  const left = await lab.runningTasks("/shop/web", 1);
  expect(left[0]?.id).toBe(before[1]?.id);
  await settled();
  expect((await lab.call("GET", "/v2/apps/shop/web")).json.app.instances).toBe(1);

  await lab.call("PUT", "/v2/apps/shop/web", { env: { COLOUR: "green" } });
  await settled();
  const upgraded = await lab.runningTasks("/shop/web", 1);
  expect(upgraded[0]?.id).not.toBe(left[0]?.id);
  expect((await lab.call("POST", "/v2/apps/shop/web/restart")).status).toBe(200);
  await settled();
  const restarted = await lab.runningTasks("/shop/web", 1);
  expect(restarted[0]?.id).not.toBe(upgraded[0]?.id);

  expect((await lab.call("GET", "/v2/apps/shop/*")).json["*"]).toHaveLength(1);
  expect((await lab.call("GET", "/v2/groups")).json.groups[0]).toMatchObject({
    id: "/shop",
    apps: [{ id: "/shop/web" }],
  });
  expect((await lab.call("DELETE", "/v2/apps/shop/web")).status).toBe(200);
  expect((await lab.call("GET", "/v2/apps/shop/web")).status).toBe(404);
  await eventually(() => expect(lab?.master.running()).toEqual([]));
  await settled();
  expect((await lab.call("DELETE", "/v2/apps/shop/web")).status).toBe(404);
});

test("subscribers get events as POSTs, streams as server-sent events", async () => {
  lab = await marathonLab();
  const seen: { eventType: string; taskStatus?: string }[] = [];
  const listener: Server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(JSON.parse(body));
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  cleanup.push(() => new Promise((resolve) => listener.close(resolve).closeAllConnections()));
  const callbackUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/here`;
  const subscribed = await lab.call(
    "POST",
    `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(callbackUrl)}`,
  );
  expect(subscribed.json).toMatchObject({ eventType: "subscribe_event", callbackUrl, clientIp: "127.0.0.1" });
  expect((await lab.call("GET", "/v2/eventSubscriptions")).json).toEqual({ callbackUrls: [callbackUrl] });

  const abort = new AbortController();
  cleanup.push(async () => abort.abort());
  const stream = await fetch(`${lab.marathon.url}/v2/events`, {
    headers: { accept: "text/event-stream" },
    signal: abort.signal,
  });
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  let streamed = "";
  void (async () => {
    for await (const chunk of stream.body ?? []) streamed += Buffer.from(chunk).toString();
  })().catch(() => {});
  await lab.call("POST", "/v2/apps", tutorialApp);
  await lab.runningTasks("/tomcat", 1);
  await eventually(() => {
    const types = seen.map((event) => event.eventType);
    for (const type of ["api_post_event", "group_change_success", "deployment_info", "deployment_success"])
      expect(types).toContain(type);
    expect(seen.some((event) => event.taskStatus === "TASK_RUNNING")).toBe(true);
    expect(streamed).toMatch(/^event: event_stream_attached\r\ndata: \{.*\}\r\n\r\n/);
    expect(streamed).toContain("event: status_update_event\r\ndata: {");
  });
  await lab.call("DELETE", `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(callbackUrl)}`);
  expect((await lab.call("GET", "/v2/eventSubscriptions")).json).toEqual({ callbackUrls: [] });
});

test("the next Marathon takes over apps, tasks, subscriptions and the framework", async () => {
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", tutorialApp);
  await lab.call("POST", "/v2/eventSubscriptions?callbackUrl=http://127.0.0.1:9/x");
  const [task] = await lab.runningTasks("/tomcat", 1);
  const second = await lab.start();
  const proxied = await request("GET", `${second.url}/v2/leader`);
  expect(proxied.json).toEqual({ leader: new URL(lab.marathon.url).host });
  expect(proxied.headers.get("x-marathon-leader")).toBe(lab.marathon.url);
  await lab.marathon.close();
  await eventually(async () => {
    const { json } = await request("GET", `${second.url}/v2/info`);
    expect(json).toMatchObject({
      elected: true,
      frameworkId: "framework-1",
      version: "0.15.0-mesos-lab-rehearsal",
    });
  });
  const tasks = await request("GET", `${second.url}/v2/tasks`);
  expect(tasks.json.tasks.map(({ id }: { id: string }) => id)).toEqual([task?.id]);
  const { json } = await request("GET", `${second.url}/v2/eventSubscriptions`);
  expect(json.callbackUrls).toEqual(["http://127.0.0.1:9/x"]);
  const subscriptions = lab.master.calls.filter((call) => call.type === "SUBSCRIBE");
  expect(subscriptions.at(-1)?.framework_id).toEqual({ value: "framework-1" });
});

test("a lost stream is taken up again and a task that died meanwhile is replaced", async () => {
  lab = await marathonLab();
  await lab.call("POST", "/v2/apps", { ...tutorialApp, backoffSeconds: 0 });
  const [task] = await lab.runningTasks("/tomcat", 1);
  lab.master.disconnect();
  // Nobody hears of this one.
  lab.master.end(task?.id ?? "", "TASK_FAILED");
  await eventually(async () => {
    const [next] = (await lab?.runningTasks("/tomcat", 1)) ?? [];
    expect(next?.id).not.toBe(task?.id);
  });
});

test("health checks decide what counts as healthy, and a task that fails them is replaced", async () => {
  lab = await marathonLab();
  const check = { gracePeriodSeconds: 0, intervalSeconds: 1, maxConsecutiveFailures: 1 };
  await lab.call("POST", "/v2/apps", { ...tutorialApp, healthChecks: [check] });
  await eventually(async () => {
    const { app } = (await lab?.call("GET", "/v2/apps/tomcat"))?.json ?? {};
    expect(app).toMatchObject({
      tasksHealthy: 1,
      tasksUnhealthy: 0,
      tasks: [{ healthCheckResults: [{ alive: true }] }],
    });
  });
  const [task] = await lab.runningTasks("/tomcat", 1);
  await lab.call("PUT", "/v2/apps/tomcat?force=true", { healthChecks: [{ ...check, port: 1 }] });
  await eventually(() => {
    const kills =
      lab?.master.calls.flatMap((call) => (call.type === "KILL" ? [call.kill.task_id.value] : [])) ?? [];
    expect(kills.filter((id) => id !== task?.id).length).toBeGreaterThan(0);
  });
});

test("without a leader every path is answered 503 in HTML; a lost session ends the leadership", async () => {
  const tree = createMemoryTree();
  const other = tree();
  await other.createEphemeral("/marathon/leader/member_", "127.0.0.1:1");
  const store = tree();
  let reason = "";
  const marathon = await startMarathon({
    options: options("127.0.0.1:1", []),
    store,
    folder: "/marathon",
    followMaster: fixedMaster("127.0.0.1:1"),
    log: () => {},
    onExit: (error) => {
      reason = error.message;
    },
  });
  cleanup.push(() => marathon.close());
  expect((await request("GET", `${marathon.url}/ping`)).status).toBe(502);
  await other.close();
  await eventually(async () => expect((await request("GET", `${marathon.url}/ping`)).text).toBe("pong\n"));
  store.expire();
  await eventually(() => expect(reason).toBe("Marathon lost its ZooKeeper session"));
  const refused = await request("GET", `${marathon.url}/ping`);
  expect(refused.status).toBe(503);
  expect(refused.text).toContain("Could not determine the current leader");
  expect(refused.headers.get("content-type")).toContain("text/html");
});

test("the page is there and says what it is", async () => {
  lab = await marathonLab();
  for (const path of ["/", "/ui/"])
    expect((await lab.call("GET", path)).text).toContain("mesos-lab rehearsal");
});
