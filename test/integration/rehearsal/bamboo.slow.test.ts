import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { HaproxyProcess } from "../../../src/rehearsal/bamboo/haproxy-process.ts";
import { startBamboo } from "../../../src/rehearsal/bamboo/start.ts";
import { createMemoryTree } from "../../../src/rehearsal/store/memory-store.ts";
import { eventually } from "../../helpers/eventually.ts";
import { freePort } from "../../helpers/fake-mesos-master.ts";
import { type MarathonLab, marathonLab, request, tutorialApp } from "../../helpers/rehearsal-lab.ts";

const hasHaproxy = spawnSync("haproxy", ["-v"]).status === 0;
const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

async function bambooLab(marathonEndpoint: string, tree = createMemoryTree()) {
  const folder = await mkdtemp(join(tmpdir(), "bamboo-test-"));
  cleanup.push(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const outputPath = join(folder, "haproxy.cfg");
  const log: string[] = [];
  const note = (line: string) => log.push(line);
  const proxy = new HaproxyProcess({ bind: `127.0.0.1:${port}`, outputPath, runFolder: folder, log: note });
  const store = tree();
  const bamboo = await startBamboo({
    marathonEndpoints: [marathonEndpoint],
    listen: { host: "127.0.0.1", port: 0 },
    store,
    folder: "/bamboo",
    proxy,
    log: note,
  });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await bamboo.close();
    await store.close();
  };
  cleanup.push(close);
  return { url: bamboo.url, site: `http://127.0.0.1:${port}`, outputPath, folder, log, store, tree, close };
}

async function startMarathonLab(): Promise<MarathonLab> {
  const lab = await marathonLab();
  cleanup.push(() => lab.close());
  return lab;
}

const tomcat = { Id: "/tomcat", EscapedId: "::tomcat", HealthCheckPath: "", ServicePort: 10_000, Env: {} };
const get = (url: string) => request("GET", url, undefined, { connection: "close" });

// Not installed everywhere: `apt-get install haproxy`.
describe.skipIf(!hasHaproxy)("with a real HAProxy", () => {
  test("rules may be checked while tasks change", async () => {
    const folder = await mkdtemp(join(tmpdir(), "haproxy-test-"));
    cleanup.push(() => rm(folder, { recursive: true, force: true }));
    const bind = `127.0.0.1:${await freePort()}`;
    const outputPath = join(folder, "haproxy.cfg");
    const proxy = new HaproxyProcess({ bind, outputPath, runFolder: folder, log: () => undefined });
    cleanup.push(() => proxy.close());
    const routing = (port: number) => ({
      apps: [{ ...tomcat, Tasks: [{ Host: "127.0.0.1", Port: port }] }],
      services: {},
    });
    await proxy.apply(routing(1));
    const applying = (async () => {
      for (let port = 2; port < 5; port += 1) await proxy.apply(routing(port));
    })();
    const checking = [1, 2, 3].map(async () => {
      for (let round = 0; round < 4; round += 1) await proxy.check(routing(1));
    });
    await expect(Promise.all([applying, ...checking])).resolves.toBeDefined();
    expect((await readdir(folder)).filter((name) => name.startsWith("haproxy.cfg"))).toEqual(["haproxy.cfg"]);
  });

  test("the tutorial: app, rule, reachable; killed, and reachable at its new port", async () => {
    const lab = await startMarathonLab();
    const { url, site } = await bambooLab(lab.marathon.url);
    await eventually(async () => {
      const { json } = await lab.call("GET", "/v2/eventSubscriptions");
      expect(json.callbackUrls).toEqual([`${url}/api/marathon/event_callback`]);
    });
    expect((await get(site)).status).toBe(503);
    await lab.call("POST", "/v2/apps", tutorialApp);
    const [task] = await lab.runningTasks("/tomcat", 1);
    await eventually(async () => expect((await get(`${site}/tomcat`)).text).toBe(task?.id));
    expect((await get(`${site}/`)).status).toBe(503);

    const put = await request("PUT", `${url}/api/services//tomcat`, { id: "/tomcat", acl: "path_beg -i /" });
    expect([put.status, put.json]).toEqual([200, { Id: "/tomcat", Acl: "path_beg -i /" }]);
    expect((await get(`${site}/`)).text).toBe(task?.id);
    await lab.call("DELETE", `/v2/apps/tomcat/tasks/${task?.id}`);
    await eventually(async () => {
      const page = await get(`${site}/`);
      expect([page.status, page.text === task?.id]).toEqual([200, false]);
    });
    const [next] = await lab.runningTasks("/tomcat", 1);
    expect((await get(`${site}/`)).text).toBe(next?.id);
    const auth = { authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` };
    const stats = await request("GET", `${site}/haproxy_stats;csv`, undefined, auth);
    expect(stats.text).toContain(`::tomcat-cluster,::tomcat-127.0.0.1-${next?.ports[0]},`);
    expect((await get(`${site}/haproxy_stats`)).status).toBe(401);

    const state = await get(`${url}/api/state`);
    expect(state.json).toEqual({
      Apps: [
        {
          Id: "/tomcat",
          EscapedId: "::tomcat",
          HealthCheckPath: "",
          Tasks: [{ Host: "127.0.0.1", Port: next?.ports[0] }],
          ServicePort: 10000,
          Env: {},
        },
      ],
      Services: { "/tomcat": { Id: "/tomcat", Acl: "path_beg -i /" } },
    });
    expect(state.headers.get("content-type")).toMatch(/^text\/plain/);
  });

  test("rules are kept in the store; a bad ACL is refused and not kept", async () => {
    const lab = await startMarathonLab();
    const { url, store, site } = await bambooLab(lab.marathon.url);
    const rule = { id: "/tomcat", acl: "path_beg -i /" };
    expect((await request("POST", `${url}/api/services`, rule)).json).toEqual({
      Id: "/tomcat",
      Acl: "path_beg -i /",
    });
    expect(await store.children("/bamboo")).toEqual(["%2Ftomcat"]);
    expect(await store.get("/bamboo/%2Ftomcat")).toBe("path_beg -i /");
    const again = await request("POST", `${url}/api/services`, rule);
    expect([again.status, again.text]).toEqual([400, "Marathon ID might already exist\n"]);
    for (const acl of ["no_such_thing -i /", "path_beg /\n  deny", ""]) {
      expect((await request("PUT", `${url}/api/services/tomcat`, { acl })).status).toBe(400);
    }
    const bad = await request("PUT", `${url}/api/services/tomcat`, { acl: "no_such_thing -i /" });
    expect(bad.text).toContain("no_such_thing");
    expect(await store.get("/bamboo/%2Ftomcat")).toBe("path_beg -i /");
    expect((await request("PUT", `${url}/api/services/tomcat`, "nonsense")).text).toBe(
      "Unable to decode JSON request\n",
    );
    expect((await request("GET", `${url}/api/services`)).json).toEqual({
      "/tomcat": { Id: "/tomcat", Acl: rule.acl },
    });
    const deleted = await request("DELETE", `${url}/api/services//tomcat`);
    expect([deleted.status, deleted.text]).toEqual([200, "null"]);
    const missing = await request("DELETE", `${url}/api/services//tomcat`);
    expect([missing.status, missing.text]).toEqual([400, "zk: node does not exist\n"]);
    expect((await get(site)).status).toBe(503);
  });

  test("routes stay while Marathon is away, and the state says so", async () => {
    const lab = await startMarathonLab();
    const bamboo = await bambooLab(lab.marathon.url);
    await lab.call("POST", "/v2/apps", tutorialApp);
    const [task] = await lab.runningTasks("/tomcat", 1);
    await eventually(async () => expect((await get(`${bamboo.site}/tomcat`)).text).toBe(task?.id));
    await lab.marathon.close();
    const nudged = await request("POST", `${bamboo.url}/api/marathon/event_callback`, "not even JSON");
    expect([nudged.status, nudged.text]).toEqual([200, "Got it!"]);
    await eventually(() =>
      expect(bamboo.log.join("\n")).toContain("the proxy keeps its routes: no Marathon answers"),
    );
    expect((await get(`${bamboo.site}/tomcat`)).text).toBe(task?.id);
    expect((await get(`${bamboo.url}/api/state`)).json).toEqual({ Apps: null, Services: {} });
    expect((await get(`${bamboo.url}/status`)).text).toBe("OK");
  });

  test("a reload does not wait for a client that keeps its connection, and drops nobody", async () => {
    const lab = await startMarathonLab();
    const { url, site } = await bambooLab(lab.marathon.url);
    await lab.call("POST", "/v2/apps", tutorialApp);
    await lab.runningTasks("/tomcat", 1);
    await eventually(async () => expect((await get(`${site}/tomcat`)).status).toBe(200));
    const idle = connect(Number(new URL(site).port), "127.0.0.1");
    idle.on("error", () => {});
    cleanup.push(async () => idle.destroy());
    await new Promise((resolve) => idle.once("connect", resolve));
    const bad: string[] = [];
    let done = false;
    const visits = (async () => {
      while (!done)
        await get(`${site}/tomcat`).then(
          ({ status }) => status !== 200 && bad.push(String(status)),
          (e) => bad.push(String(e.cause)),
        );
    })();
    for (const path of ["/a", "/b", "/c"])
      await request("PUT", `${url}/api/services//tomcat`, { acl: `path_beg -i ${path} /tomcat` });
    done = true;
    await visits;
    expect(bad).toEqual([]);
    expect((await get(`${site}/c`)).status).toBe(200);
    expect((await get(`${site}/a`)).status).toBe(503);
  });

  test("a rule that another Bamboo wrote takes effect; closing ends HAProxy", async () => {
    const lab = await startMarathonLab();
    const bamboo = await bambooLab(lab.marathon.url);
    await lab.call("POST", "/v2/apps", tutorialApp);
    const [task] = await lab.runningTasks("/tomcat", 1);
    const other = bamboo.tree();
    await other.set("/bamboo/%2Ftomcat", "path_beg -i /elsewhere");
    await eventually(async () => expect((await get(`${bamboo.site}/elsewhere`)).text).toBe(task?.id));
    const pid = Number(await readFile(join(bamboo.folder, "haproxy.pid"), "utf8"));
    await bamboo.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await expect(get(bamboo.site)).rejects.toThrow();
  });

  test("it subscribes as soon as Marathon is there, and its page says what it is", async () => {
    const port = await freePort();
    const bamboo = await bambooLab(`http://127.0.0.1:${port}`);
    expect((await get(bamboo.url)).text).toContain("mesos-lab rehearsal");
    await eventually(() => expect(bamboo.log.join("\n")).toContain("does not take the subscription yet"));
    const lab = await startMarathonLab();
    const late = await lab.start(["--http_port", String(port)]);
    await eventually(async () => {
      const { json } = await get(`${late.url}/v2/eventSubscriptions`);
      expect(json.callbackUrls).toEqual([`${bamboo.url}/api/marathon/event_callback`]);
    });
  });
});
