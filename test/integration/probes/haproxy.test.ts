import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judgeFrontPage, judgeRoutes } from "../../../src/claims/judge/haproxy.ts";
import { labAddress } from "../../../src/probes/context.ts";
import { askFrontPage, askStats } from "../../../src/probes/haproxy.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { marathonTaskSchema } from "../../../src/probes/marathon.ts";
import { waitFor } from "../../../src/probes/wait.ts";
import { patienceMs } from "../../helpers/eventually.ts";
import { closedPort } from "../../helpers/local-servers.ts";
import { marathonTask } from "../../helpers/recorded.ts";

const haproxy = "/usr/sbin/haproxy";

/** The shape of what Bamboo writes for one application without a health check. */
const config = (port: number) => `
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend http-in
  bind 127.0.0.1:${port}
  acl ::tomcat-aclrule path_beg -i /tomcat
  use_backend ::tomcat-cluster if ::tomcat-aclrule
  stats enable
  stats auth admin:admin
  stats uri /haproxy_stats
backend ::tomcat-cluster
  balance leastconn
  server ::tomcat-127.0.33.19-31071 127.0.33.19:31071
`;

test.skipIf(!existsSync(haproxy))("a real HAProxy's statistics and front page", async () => {
  const directory = mkdtempSync(join(tmpdir(), "haproxy-"));
  const port = await closedPort();
  writeFileSync(join(directory, "haproxy.cfg"), config(port));
  const server = spawn(haproxy, ["-db", "-f", join(directory, "haproxy.cfg")], { stdio: "ignore" });
  const http = openHttp();
  onTestFinished(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
    await http.close();
    rmSync(directory, { recursive: true });
  });
  const origin = `http://127.0.0.1:${port}`;
  const lookWith = (signal: AbortSignal) => ({
    http,
    signal,
    timeoutMs: 5_000,
    addressOf: labAddress,
    statePaths: new Map(),
  });
  const waited = await waitFor(
    async (signal) => ({ ok: true, value: await askStats(lookWith(signal), origin) }),
    { timeoutMs: patienceMs },
  );
  if (!waited.ok) throw new Error(waited.seen);
  const task = (taskPort: number) =>
    marathonTaskSchema.parse(marathonTask({ host: "127.0.33.19", ports: [taskPort] }));
  expect(judgeRoutes(waited.value, [task(31071)])).toEqual({
    holds: true,
    seen: "/tomcat → 127.0.33.19:31071",
  });
  expect(judgeRoutes(waited.value, [task(31571)]).holds).toBe(false);
  const front = await askFrontPage(lookWith(new AbortController().signal), origin);
  expect(judgeFrontPage(front.status)).toMatchObject({
    holds: true,
    seen: "503 (no rule for /, or no task)",
  });
});
