import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { pythonLines, withoutModule } from "../../helpers/clients/debian-python.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";
import { until } from "../../helpers/eventually.ts";
import { closedPort } from "../../helpers/local-servers.ts";
import { missing } from "../../helpers/missing.ts";

/** Clients that others wrote for Mesos and Marathon, on the stand-ins. */

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.close());

const settled = () =>
  until("no deployment is under way", async () => {
    const { json } = await cluster.call("GET", "/v2/deployments");
    return json.length === 0;
  });

const noMarathonPython = withoutModule("marathon");

test.skipIf(noMarathonPython !== "")(
  `marathon-python does all that it knows${noMarathonPython}`,
  async () => {
    const lines = await pythonLines("marathon_calls.py", cluster.marathon.url);
    expect(lines).toEqual([
      ["ping", "pong\n"],
      ["get_info", "0.15.0"],
      ["create_app", "/py/web"],
      ["list_apps", ["/py/web"]],
      ["get_app", 1],
      ["scale_app", 2],
      ["list_versions", 3],
      ["rollback_app", "sleep 600"],
      ["kill_tasks", [2, 0]],
      ["list_queue", []],
      // Of its first level only.
      ["list_groups", ["/pg", "/py"]],
      ["scale_group", 2],
      ["NotFoundError", "App '/none' does not exist"],
      ["MarathonHttpError", 400],
      ["delete_app", ["deploymentId", "version"]],
      [
        "events",
        [
          "MarathonDeploymentInfo",
          "MarathonDeploymentSuccess",
          "MarathonGroupChangeSuccess",
          "MarathonStatusUpdateEvent",
        ],
      ],
    ]);
  },
);

interface EventBusClient {
  on(name: string, heard: (data: unknown) => void): void;
  subscribe(): void;
  unsubscribe(): void;
}

test("marathon-event-bus-client hears of a deployment from its beginning to its end", async () => {
  const Client = createRequire(import.meta.url)("marathon-event-bus-client") as new (
    options: object,
  ) => EventBusClient;
  const { hostname, port } = new URL(cluster.marathon.url);
  const heard: { readonly name: string; readonly data: Record<string, unknown> }[] = [];
  const eventTypes = [
    "deployment_info",
    "deployment_step_success",
    "deployment_success",
    "status_update_event",
  ];
  const handlers = Object.fromEntries(
    eventTypes.map((name) => [
      name,
      (_: string, data: Record<string, unknown>) => heard.push({ name, data }),
    ]),
  );
  const client = new Client({ marathonHost: hostname, marathonPort: port, eventTypes, handlers });
  onTestFinished(() => client.unsubscribe());
  await new Promise<void>((resolve) => {
    client.on("subscribed", () => resolve());
    client.subscribe();
  });
  const [task] = await cluster.deploy({
    ...{ id: "heard", cmd: "sleep 600", cpus: 0.1, mem: 16 },
    instances: 1,
  });
  await until("it hears of the end", () => heard.some(({ name }) => name === "deployment_success"));
  expect(heard.map(({ name }) => name)).toEqual(expect.arrayContaining(eventTypes));
  const update = heard.find(({ data }) => data.taskStatus === "TASK_RUNNING")?.data;
  expect(update).toMatchObject({ appId: "/heard", taskId: task?.id, host: task?.host, ports: task?.ports });
  const plan = heard.find(({ name }) => name === "deployment_info")?.data;
  expect(plan).toMatchObject({ plan: { target: { apps: [{ id: "/heard" }] } } });
  await cluster.call("DELETE", "/v2/apps/heard");
  await settled();
});

const noCurl = missing("curl");

describe.skipIf(noCurl !== "")(`curl${noCurl}`, () => {
  const curl = async (...args: string[]) =>
    (await promisify(execFile)("curl", ["-sS", "--max-time", "60", ...args])).stdout;
  const statusOnly = ["-o", "/dev/null", "-w", "%{http_code}"];
  const apps = () => `${cluster.marathon.url}/v2/apps/`;

  test("posts an app of some megabytes, which it asks first whether it may", async () => {
    const folder = mkdtempSync(join(tmpdir(), "curl-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "app.json");
    const labels = { long: "x".repeat(2 ** 21) };
    writeFileSync(file, JSON.stringify({ id: "big", cmd: "x", instances: 0, labels }));
    const type = ["-H", "Content-Type: application/json"];
    expect(await curl(...statusOnly, ...type, "-d", `@${file}`, apps())).toBe("201");
    expect(await curl(...statusOnly, "-X", "DELETE", `${apps()}big`)).toBe("200");
    await settled();
  });

  test.each([
    ["HTTP/1.0", ["-0"]],
    ["HTTP/1.0 without a Host", ["-0", "-H", "Host:"]],
    ["an upgrade to HTTP/2 that nobody wants", ["--http2"]],
    ["compressed answers", ["--compressed"]],
  ])("asks by %s", async (_, args) => {
    for (const url of [apps(), `${cluster.master.url}/state.json`, `${cluster.agent.url}/state.json`])
      expect(JSON.parse(await curl(...args, url))).toBeTypeOf("object");
    expect(await curl(...args, "-I", ...statusOnly, `${cluster.marathon.url}/ping`)).toBe("200");
  });

  test("keeps one connection for many requests", async () => {
    const url = `${cluster.master.url}/health`;
    const connections = await curl("-w", "%{num_connects}", url, url, url);
    expect(connections).toBe("100");
  });

  test("follows the master's redirect to the one that leads", async () => {
    expect(await curl("-L", ...statusOnly, `${cluster.master.url}/redirect`)).toBe("200");
  });
});

const noHaproxy = missing("haproxy");

test.skipIf(noHaproxy !== "")(`HAProxy checks the services, and passes on to them${noHaproxy}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
  const ports = { marathon: await closedPort(), stats: await closedPort() };
  const file = join(folder, "haproxy.cfg");
  const checks = { marathon: "/ping", master: "/health", agent: "/slave(1)/health" } as const;
  const backends = Object.entries(checks).map(
    ([name, path]) =>
      `backend ${name}\n  option httpchk GET ${path}\n  server only ${new URL(cluster[name as keyof typeof checks].url).host} check inter 100ms`,
  );
  writeFileSync(
    file,
    `defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 60s
frontend of-marathon
  bind 127.0.0.1:${ports.marathon}
  default_backend marathon
frontend stats
  bind 127.0.0.1:${ports.stats}
  stats enable
  stats uri /
${backends.join("\n")}
`,
  );
  const haproxy = spawn("haproxy", ["-db", "-f", file], { stdio: "ignore" });
  onTestFinished(async () => {
    if (haproxy.exitCode === null) {
      haproxy.kill("SIGKILL");
      await once(haproxy, "exit");
    }
    rmSync(folder, { recursive: true });
  });
  for (const name of Object.keys(checks))
    await until(`${name} is up`, async () => {
      const text = await (await fetch(`http://127.0.0.1:${ports.stats}/;csv`)).text();
      const line = text.split("\n").find((each) => each.startsWith(`${name},only,`));
      return line?.includes(",L7OK,200,") === true && line.includes(",UP,");
    });
  const info = await fetch(`http://127.0.0.1:${ports.marathon}/v2/info`);
  expect(await info.json()).toMatchObject({ name: "marathon" });
});
