import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { bridgeClaims } from "../../src/claims/haproxy-marathon-bridge.ts";
import { parseLab } from "../../src/lab/parse.ts";
import { labAddress } from "../../src/probes/context.ts";
import { openHttp } from "../../src/probes/http.ts";
import { type Cluster, startCluster } from "../helpers/cluster.ts";
import { eventually, patienceMs } from "../helpers/eventually.ts";
import { freePort } from "../helpers/fake-mesos-master.ts";
import { serveHttp } from "../helpers/local-servers.ts";
import { request, tutorialApp } from "../helpers/rehearsal-lab.ts";

const script = new URL(
  "../../templates/roles/haproxy_marathon_bridge/files/haproxy-marathon-bridge",
  import.meta.url,
).pathname;
const installed = (program: string, flag: string) => spawnSync(program, [flag]).status === 0;
const hasBoth = installed("haproxy", "-v") && installed("curl", "--version");
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Run {
  readonly code: number;
  readonly said: string;
}

/** A folder with the bridge's configuration in it; the reload is a line in `reloads`. */
async function bridge(env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "bridge-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, "haproxy.cfg");
  const reloads = join(folder, "reloads");
  const run = async (more: Record<string, string> = {}): Promise<Run> => {
    const own = { CONFIG: config, RELOAD: `echo reloaded >>${reloads}`, ...env, ...more };
    const done = promisify(execFile)("sh", [script], { env: { ...process.env, ...own } });
    return done.then(
      ({ stderr }) => ({ code: 0, said: stderr }),
      (error) => ({ code: error.code, said: error.stderr }),
    );
  };
  const text = (file: string) => readFile(file, "utf8").catch(() => "");
  return {
    folder,
    config,
    run,
    text: () => text(config),
    reloads: async () => (await text(reloads)).split("\n").filter(Boolean).length,
  };
}

/** A Marathon that says this, or this status. */
function fakeMarathon(tasks: () => string | number) {
  return serveHttp((incoming, response) => {
    const answer = tasks();
    if (incoming.url !== "/v2/tasks" || incoming.headers.accept !== "text/plain")
      response.writeHead(404).end();
    else if (typeof answer === "number") response.writeHead(answer).end("<html>no leader</html>");
    else response.end(answer);
  });
}

describe.skipIf(!hasBoth)("with HAProxy and curl", () => {
  test("one section for each service port, and HAProxy accepts it", async () => {
    const lines = [
      "tomcat\t10000\t192.168.33.19:31071\t192.168.33.20:31005\t",
      "shop_cart\t10001\t192.168.33.19:31072\t",
      "shop_cart\t10002\t192.168.33.19:31073\t",
      "idle\t10003\t",
      "batch\t \t192.168.33.19 ",
    ];
    const marathon = await fakeMarathon(() => lines.map((line) => `${line}\n`).join(""));
    const one = await bridge({ MARATHONS: marathon.url, BIND: "127.0.0.1", STATS_PORT: "9191" });
    expect(await one.run()).toEqual({ code: 0, said: "haproxy-marathon-bridge: HAProxy reloaded\n" });
    const text = await one.text();
    expect(text.slice(text.indexOf("listen stats"))).toMatchInlineSnapshot(`
      "listen stats
          bind 127.0.0.1:9191
          mode http
          stats enable
          stats uri /haproxy?stats
          stats auth admin:admin

      listen idle-10003
          bind 127.0.0.1:10003

      listen shop_cart-10001
          bind 127.0.0.1:10001
          server 192.168.33.19:31072 192.168.33.19:31072 check

      listen shop_cart-10002
          bind 127.0.0.1:10002
          server 192.168.33.19:31073 192.168.33.19:31073 check

      listen tomcat-10000
          bind 127.0.0.1:10000
          server 192.168.33.19:31071 192.168.33.19:31071 check
          server 192.168.33.20:31005 192.168.33.20:31005 check
      "
    `);
    expect(spawnSync("haproxy", ["-c", "-f", one.config]).status).toBe(0);
    expect((await stat(one.config)).mode & 0o777).toBe(0o644);
  });

  test("nothing is written and nothing reloaded while nothing has changed, whatever the order", async () => {
    let tasks = "a\t10000\t10.0.0.1:31000\t\nb\t10001\t10.0.0.1:31001\t\n";
    const marathon = await fakeMarathon(() => tasks);
    const one = await bridge({ MARATHONS: marathon.url });
    await one.run();
    const { mtimeMs, ino } = await stat(one.config);
    tasks = tasks
      .split("\n")
      .filter(Boolean)
      .reverse()
      .map((line) => `${line}\n`)
      .join("");
    expect(await one.run()).toEqual({ code: 0, said: "" });
    expect(await stat(one.config)).toMatchObject({ mtimeMs, ino });
    expect(await one.reloads()).toBe(1);
    tasks = tasks.replace("31001", "31002");
    await one.run();
    expect(await one.reloads()).toBe(2);
    expect(await one.text()).toContain("server 10.0.0.1:31002 10.0.0.1:31002 check");
  });

  test("what is no task line becomes no configuration", async () => {
    const lines = [
      "bad name\t10000\t10.0.0.1:31000\t",
      "evil\t10001\t10.0.0.1:31000 backup\t10.0.0.2\t10.0.0.3:31003\t",
      'quoted"\t10002\t10.0.0.1:31000\t',
      "big\t70000\t10.0.0.1:31000\t",
      "zero\t0\t10.0.0.1:31000\t",
      "first\t10004\t10.0.0.1:31004\t",
      "second\t10004\t10.0.0.1:31005\t",
      "stats\t9090\t10.0.0.1:31005\t",
      "listen x\n  bind *:1",
    ];
    const marathon = await fakeMarathon(() => lines.map((line) => `${line}\n`).join(""));
    const one = await bridge({ MARATHONS: marathon.url });
    const { code, said } = await one.run();
    expect(code).toBe(0);
    expect(said).toContain("port 10004 of second is taken");
    expect(said).toContain("port 9090 of stats is taken");
    const applications = (await one.text()).split("stats auth admin:admin\n")[1]?.trim().split("\n");
    expect(applications?.map((line) => line.trim())).toEqual([
      "listen evil-10001",
      "bind *:10001",
      "server 10.0.0.3:31003 10.0.0.3:31003 check",
      "",
      "listen first-10004",
      "bind *:10004",
      "server 10.0.0.1:31004 10.0.0.1:31004 check",
    ]);
  });

  test("without a Marathon the configuration stays; the second one is asked when the first is away", async () => {
    let answer: string | number = "a\t10000\t10.0.0.1:31000\t\n";
    const marathon = await fakeMarathon(() => answer);
    const away = `http://127.0.0.1:${await freePort()}`;
    const one = await bridge({ MARATHONS: `${away} ${marathon.url}` });
    expect((await one.run()).code).toBe(0);
    const before = await one.text();
    answer = 503;
    const { code, said } = await one.run();
    expect(code).toBe(1);
    expect(said).toContain(`${marathon.url} does not tell its tasks`);
    expect(await one.text()).toBe(before);
    expect(await one.reloads()).toBe(1);
    expect((await readdir(one.folder)).sort()).toEqual(["haproxy.cfg", "reloads"]);
  });

  test("a reload that fails is tried again at the next run", async () => {
    let tasks = "a\t10000\t10.0.0.1:31000\t\n";
    const marathon = await fakeMarathon(() => tasks);
    const one = await bridge({ MARATHONS: marathon.url });
    await one.run();
    const before = await one.text();
    tasks = "a\t10000\t10.0.0.1:31009\t\n";
    expect(await one.run({ RELOAD: "exit 3" })).toMatchObject({
      code: 1,
      said: expect.stringContaining("reloading failed"),
    });
    expect(await one.text()).toBe(before);
    expect((await one.run()).code).toBe(0);
    expect(await one.text()).toContain("31009");
    expect((await readdir(one.folder)).sort()).toEqual(["haproxy.cfg", "reloads"]);
  });

  test("a run that is ended while it makes its first file leaves none", async () => {
    const one = await bridge({ MARATHONS: "http://127.0.0.1:1" });
    const programs = await mkdtemp(join(tmpdir(), "bridge-"));
    cleanups.push(() => rm(programs, { recursive: true }));
    const words = '#!/bin/sh\nfile=$(/usr/bin/mktemp "$@")\nkill -TERM "$PPID"\necho "$file"\n';
    await writeFile(join(programs, "mktemp"), words, { mode: 0o755 });
    const { code } = await one.run({ PATH: `${programs}:${process.env.PATH}`, TMPDIR: programs });
    expect(code).toBe(1);
    expect(await readdir(one.folder)).toEqual([]);
    expect(await readdir(programs)).toEqual(["mktemp"]);
  });

  test("a configuration that HAProxy refuses is not put in place", async () => {
    const marathon = await fakeMarathon(() => "a\t10000\t10.0.0.1:31000\t\n");
    const one = await bridge({ MARATHONS: marathon.url, BIND: "no such address" });
    expect(await one.run()).toMatchObject({ code: 1, said: expect.stringContaining("HAProxy refuses") });
    expect(await one.text()).toBe("");
  });

  test("the app is served at its service port through a running HAProxy, before and after a kill", async () => {
    const cluster: Cluster = await startCluster();
    cleanups.push(() => cluster.close());
    const statsPort = await freePort();
    const folder = await mkdtemp(join(tmpdir(), "bridge-run-"));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const pidFile = join(folder, "pid");
    const one = await bridge({
      MARATHONS: cluster.marathon.url,
      BIND: cluster.ip,
      STATS_PORT: String(statsPort),
      RELOAD: `kill -USR2 "$(cat ${pidFile})"`,
    });
    await one.run({ RELOAD: "true" });
    const haproxy: ChildProcess = spawn("haproxy", ["-W", "-f", one.config, "-p", pidFile], {
      stdio: "ignore",
    });
    cleanups.push(async () => {
      const ended = new Promise((resolve) => haproxy.once("exit", resolve));
      haproxy.kill("SIGTERM");
      await ended;
    });
    const stats = `http://${cluster.ip}:${statsPort}/haproxy?stats;csv`;
    const login = {
      authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}`,
      connection: "close",
    };
    await eventually(async () => expect((await request("GET", stats, undefined, login)).status).toBe(200));

    const [task] = await cluster.deploy(tutorialApp);
    if (task === undefined) throw new Error("no task");
    const { json } = await cluster.call("GET", "/v2/apps/tomcat");
    const page = `http://${cluster.ip}:${json.app.ports[0]}/`;
    const served = async () => (await request("GET", page, undefined, { connection: "close" })).text;
    expect((await one.run()).code).toBe(0);
    await eventually(async () => expect(await served()).toBe(task.id));
    const next = await cluster.replace(task, "/tomcat");
    expect((await one.run()).code).toBe(0);
    await eventually(async () => expect(await served()).toBe(next.id));
    const described = parseLab(undefined, { discovery: ["haproxy-marathon-bridge"] });
    const lab = {
      ...described,
      machines: described.machines.map((machine) => ({ ...machine, ip: cluster.ip })),
      ports: {
        ...described.ports,
        marathon: Number(new URL(cluster.marathon.url).port),
        bridge: statsPort,
      },
    };
    const http = openHttp();
    cleanups.push(() => http.close());
    const context = {
      http,
      signal: new AbortController().signal,
      timeoutMs: patienceMs,
      addressOf: labAddress,
      statePaths: new Map<string, string>(),
    };
    const findings = await Promise.all(bridgeClaims(lab).map(({ check }) => check(context)));
    expect(findings).toEqual([
      { holds: true, seen: `/tomcat ${json.app.ports[0]} → ${cluster.ip}:${next.ports[0]}` },
      { holds: true, seen: `/tomcat at ${json.app.ports[0]}: 200`, starting: false },
    ]);
    const csv = (await request("GET", stats, undefined, login)).text;
    expect(csv).toContain(`\ntomcat-${json.app.ports[0]},${cluster.ip}:${next.ports[0]},`);
  });
});

test.skipIf(!installed("shellcheck", "--version"))("shellcheck finds nothing in the script", () => {
  const { status, stdout } = spawnSync("shellcheck", [script], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

test("the script needs to be told where Marathon is", () => {
  const { status, stderr } = spawnSync("sh", [script], { encoding: "utf8", env: { PATH: process.env.PATH } });
  expect(status).not.toBe(0);
  expect(stderr).toContain("MARATHONS");
});
