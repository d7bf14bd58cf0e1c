import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { HaproxyProcess } from "../../../src/rehearsal/haproxy/process.ts";
import { readMarathonLbOptions } from "../../../src/rehearsal/marathon-lb/options.ts";
import { startMarathonLb } from "../../../src/rehearsal/marathon-lb/start.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";
import { eventually } from "../../helpers/eventually.ts";
import { freePort } from "../../helpers/fake-mesos-master.ts";
import { request, tutorialApp } from "../../helpers/rehearsal-lab.ts";

const hasHaproxy = spawnSync("haproxy", ["-v"]).status === 0;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const labelled = {
  ...tutorialApp,
  labels: { HAPROXY_GROUP: "external", HAPROXY_0_MODE: "http", HAPROXY_0_VHOST: "tomcat.lab" },
};

async function balancer(cluster: Cluster, head?: (port: number) => string) {
  const folder = await mkdtemp(join(tmpdir(), "mlb-test-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const [admin, apps, vhosts] = [await freePort(), await freePort(), await freePort()];
  const log: string[] = [];
  const lb = await startMarathonLb({
    options: readMarathonLbOptions(["sse", "-m", cluster.marathon.url, "--group", "external"], {
      PORTS: "9090",
    }),
    binding: {
      address: cluster.ip,
      admin,
      apps,
      vhosts,
      heads: head === undefined ? {} : { vhosts: head(vhosts) },
    },
    haproxy: new HaproxyProcess({
      outputPath: join(folder, "haproxy.cfg"),
      runFolder: folder,
      log: (line) => log.push(line),
    }),
    log: (line) => log.push(line),
  });
  cleanups.push(() => lb.close());
  const at = (port: number) => `http://${cluster.ip}:${port}`;
  return { admin: at(admin), apps: at(apps), vhosts: at(vhosts), log, lb };
}

async function newCluster(): Promise<Cluster> {
  const cluster = await startCluster();
  cleanups.push(() => cluster.close());
  return cluster;
}

const get = (url: string, headers: Record<string, string> = {}) =>
  request("GET", url, undefined, { connection: "close", ...headers });

// Not installed everywhere: `apt-get install haproxy`.
describe.skipIf(!hasHaproxy)("with a real HAProxy", () => {
  test("an app of the group is served at its service port and by its id; after a kill too", async () => {
    const cluster = await newCluster();
    const lb = await balancer(cluster);
    expect((await get(`${lb.admin}/_haproxy_health_check`)).status).toBe(200);
    const [task] = await cluster.deploy(labelled);
    if (task === undefined) throw new Error("no task");
    const { json } = await cluster.call("GET", "/v2/apps/tomcat");
    const servicePort = json.app.ports[0];
    const page = `http://${cluster.ip}:${servicePort}/`;
    await eventually(async () => expect((await get(page)).text).toBe(task.id));
    expect((await get(lb.apps, { "x-marathon-app-id": "/tomcat" })).text).toBe(task.id);
    expect((await get(lb.apps, { "x-marathon-app-id": "/other" })).status).toBe(503);

    const config = (await get(`${lb.admin}/_haproxy_getconfig`)).text;
    expect(config).toContain(`backend tomcat_${servicePort}\n`);
    expect(config).toContain(` ${cluster.ip}:${task.ports[0]}\n`);
    expect((await get(`${lb.admin}/haproxy?stats;csv`)).text).toContain(`\ntomcat_${servicePort},FRONTEND,`);
    expect((await get(`${lb.admin}/_haproxy_getvhostmap`)).text).toBe(`tomcat.lab tomcat_${servicePort}\n`);
    expect((await get(`${lb.admin}/_haproxy_getappmap`)).text).toBe(`/tomcat tomcat_${servicePort}\n`);
    const pids = (await get(`${lb.admin}/_haproxy_getpids`)).text;
    expect(pids).toMatch(/^\d+\n$/);
    expect(() => process.kill(Number(pids), 0)).not.toThrow();

    const next = await cluster.replace(task, "/tomcat");
    await eventually(async () => expect((await get(page)).text).toBe(next.id));
    await cluster.call("DELETE", "/v2/apps/tomcat");
    await eventually(async () =>
      expect((await get(`${lb.admin}/_haproxy_getconfig`)).text).not.toContain("tomcat_"),
    );
    expect(lb.log.filter((line) => !line.includes("rehearsal"))).toEqual([]);
  });

  test("virtual hosts, by host name and path, at the port of the template", async () => {
    const cluster = await newCluster();
    const lb = await balancer(
      cluster,
      (port) => `\nfrontend marathon_http_in\n  bind ${cluster.ip}:${port}\n  mode http\n`,
    );
    const [task] = await cluster.deploy(labelled);
    const [below] = await cluster.deploy({
      ...labelled,
      id: "below",
      labels: { ...labelled.labels, HAPROXY_0_PATH: "/below" },
    } as typeof labelled);
    const [outside] = await cluster.deploy({ ...tutorialApp, id: "outside" });
    const at = async (path: string, host: string) => (await vhost(`${lb.vhosts}${path}`, host)).body;
    await eventually(async () => expect(await at("/", "tomcat.lab")).toBe(task?.id));
    await eventually(async () => expect(await at("/below/it", "Tomcat.Lab:8081")).toBe(below?.id));
    expect(await at("/else", "tomcat.lab")).toBe(task?.id);
    expect((await vhost(lb.vhosts, "other.lab")).status).toBe(503);
    const config = (await get(`${lb.admin}/_haproxy_getconfig`)).text;
    expect(config).not.toContain("outside");
    expect(config).not.toContain(`${outside?.host}:${outside?.ports[0]}`);
  });

  test("labels that are no part of a configuration are left out, and the log says so", async () => {
    const cluster = await newCluster();
    const lb = await balancer(cluster);
    const labels = {
      HAPROXY_GROUP: "external",
      HAPROXY_0_BALANCE: "random\n  bind *:1",
      HAPROXY_0_MODE: "http",
    };
    await cluster.deploy({ ...tutorialApp, labels } as typeof tutorialApp);
    await eventually(async () => {
      const config = (await get(`${lb.admin}/_haproxy_getconfig`)).text;
      expect(config).toContain("balance roundrobin");
      expect(config).not.toContain("*:1");
    });
    expect(lb.log.join("\n")).toContain("HAPROXY_0_BALANCE is left out");
  });

  test("a port that another program has is left out and told; the other apps are served", async () => {
    const cluster = await newCluster();
    const other = createServer().listen(0, cluster.ip);
    await once(other, "listening");
    cleanups.push(async () => other.close());
    const taken = String((other.address() as { port: number }).port);
    const lb = await balancer(cluster);
    const labels = { ...labelled.labels, HAPROXY_0_PORT: taken };
    await cluster.deploy({ ...labelled, id: "unlucky", labels } as typeof labelled);
    const free = { ...labelled, labels: { ...labelled.labels, HAPROXY_0_VHOST: "free.lab" } };
    const [task] = await cluster.deploy(free as typeof labelled);
    await eventually(async () => expect((await vhost(lb.vhosts, "free.lab")).body).toBe(task?.id));
    expect(lb.log.filter((line) => line.includes(`unlucky_${taken}`))).toHaveLength(1);
  });

  test("while Marathon is away the routes stay, and it is followed again when it is back", async () => {
    const cluster = await newCluster();
    const lb = await balancer(cluster);
    const [task] = await cluster.deploy(labelled);
    const find = () => vhost(lb.vhosts, "tomcat.lab");
    await eventually(async () => expect((await find()).body).toBe(task?.id));
    await cluster.marathon.close();
    await eventually(() => expect(lb.log.join("\n")).toContain("no events from"));
    expect((await find()).body).toBe(task?.id);
  });
});

test.each<[string[], Record<string, string>, string]>([
  [["sse", "-m", "http://a:1", "--group", "g"], {}, "Define $PORTS"],
  [["event", "-m", "http://a:1", "--group", "g"], { PORTS: "80" }, "Unknown mode event"],
  [["sse", "--group", "g"], { PORTS: "80" }, "--marathon/-m is required"],
  [["sse", "-m", "http://a:1"], { PORTS: "80" }, "no group"],
  [
    ["sse", "-m", "http://a:1", "--group", "g", "--nonsense"],
    { PORTS: "80" },
    "unrecognized arguments: --nonsense",
  ],
])("%j is refused", (argv, env, message) => {
  expect(() => readMarathonLbOptions(argv, env)).toThrow(message);
});

test("several Marathons, several groups", () => {
  const argv = ["poll", "--marathon", "http://a:1", "http://b:2/", "--group=x", "--group", "y", "-H"];
  expect(readMarathonLbOptions(argv, { PORTS: "80", POLL_INTERVAL: "5" })).toEqual({
    mode: "poll",
    marathons: ["http://a:1", "http://b:2"],
    groups: ["x", "y"],
    healthCheck: true,
    bindHttp: true,
    pollMs: 5_000,
  });
});

/** fetch sends no Host header of one's own. */
function vhost(url: string, host: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers: { host, connection: "close" }, agent: false }, (answer) => {
      let body = "";
      answer.on("data", (chunk) => {
        body += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}
