import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { haproxyConfig } from "../../../src/rehearsal/bamboo/haproxy-config.ts";
import type { BambooApp } from "../../../src/rehearsal/bamboo/model.ts";
import { HaproxyProcess } from "../../../src/rehearsal/haproxy/process.ts";
import { isInstalled } from "../../../src/tools/host.ts";
import { closedPort } from "../../helpers/local-servers.ts";

const app = (id: string, tcpPort?: string): BambooApp =>
  ({
    Id: `/${id}`,
    EscapedId: `::${id}`,
    HealthCheckPath: "",
    Tasks: [{ Host: "127.0.0.1", Port: 1 }],
    Env: tcpPort === undefined ? {} : { BAMBOO_TCP_PORT: tcpPort },
  }) as unknown as BambooApp;

/** HAProxy in a folder of this name, and what it logs. */
async function haproxyIn(name: string) {
  const root = mkdtempSync(join(tmpdir(), "mesos-lab-haproxy-"));
  const runFolder = join(root, name);
  const logged: string[] = [];
  const haproxy = new HaproxyProcess({
    outputPath: join(runFolder, "haproxy.cfg"),
    runFolder,
    log: (line) => logged.push(line),
  });
  onTestFinished(async () => {
    await haproxy.close();
    rmSync(root, { recursive: true, force: true });
  });
  const bind = `127.0.0.1:${await closedPort()}`;
  const serve = (apps: readonly BambooApp[], services = {}) =>
    haproxy.apply(haproxyConfig([...apps], services, { bind }));
  const status = async () => (await fetch(`http://${bind}/one`)).status;
  return { serve, status, logged, haproxy };
}

test.skipIf(!isInstalled("haproxy")).each([
  ["blanks and signs", "a b 'c' \"d\" #e $f %g"],
  ["another alphabet", "实验室-ärger-😀"],
  ["more characters than a socket's path may have", `${"long-".repeat(30)}end`],
])("HAProxy starts and reloads in a folder of %s", async (_, name) => {
  const { serve, status, haproxy } = await haproxyIn(name);
  await serve([]);
  expect(await status()).toBe(503);
  const before = await haproxy.workers();
  await serve([app("one")]);
  expect(await haproxy.workers()).not.toEqual(before);
});

test.skipIf(!isInstalled("haproxy"))("its workers are known while it takes a configuration", async () => {
  const { serve, haproxy } = await haproxyIn("run");
  await serve([]);
  for (let turn = 1; turn <= 10; turn += 1) {
    const before = await haproxy.workers();
    const served = serve([app(`app-${turn}`)]);
    const during = await haproxy.workers();
    await served;
    expect(during).toHaveLength(1);
    expect(during).not.toEqual(before);
  }
});

test.skipIf(!isInstalled("haproxy"))(
  "one application's ports and words keep nobody else from being served",
  async () => {
    const { serve, status, logged } = await haproxyIn("run");
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const free = String(await closedPort());
    const apps = [
      app("one"),
      app("taken", String(port)),
      app("high", "99999"),
      app("zero", "0"),
      app("text", "80;"),
      app("first", free),
      app("second", free),
      app("rule"),
    ];
    await serve(apps, { "/rule": { Id: "/rule", Acl: "no_such_fetch x" } });
    // 503: the route is there, and nothing listens where its task would be.
    expect(await status()).toBe(503);
    expect(logged.map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      "left out of HAProxy's configuration: ::taken-cluster-tcp",
      "left out of HAProxy's configuration: ::high-cluster-tcp",
      "left out of HAProxy's configuration: ::zero-cluster-tcp",
      "left out of HAProxy's configuration: ::second-cluster-tcp",
      expect.stringContaining("acl ::rule-aclrule no_such_fetch x"),
      expect.stringContaining("use_backend ::rule-cluster"),
    ]);
    // Told once, however often it is applied.
    await serve([...apps, app("more")], { "/rule": { Id: "/rule", Acl: "no_such_fetch x" } });
    expect(logged).toHaveLength(6);
  },
);
