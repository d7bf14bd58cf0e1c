import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { afterAll, expect, test } from "vitest";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";
import { until } from "../../helpers/eventually.ts";

const pairs = 200;
const atOnce = 10;
const busy = 20;

/** The kindest there are: they take what others leave, and get in the way of every wait all the same. */
const loops = Array.from({ length: busy }, () => {
  const loop = spawn(process.execPath, ["-e", "while (true);"], { stdio: "ignore" });
  if (loop.pid !== undefined) setPriority(loop.pid, constants.priority.PRIORITY_LOW);
  return loop;
});
let cluster: Cluster | undefined;
afterAll(async () => {
  for (const loop of loops) loop.kill("SIGKILL");
  await cluster?.close();
});

test(`${pairs} apps, created and removed at once beside ${busy} busy loops, leave nothing and lose nothing`, async () => {
  cluster = await startCluster([commandRunner()]);
  const { call, master } = cluster;
  const small = { cmd: "exec sleep 4713", cpus: 0.01, mem: 8, instances: 1 };
  for (let start = 0; start < pairs; start += atOnce) {
    const ids = Array.from({ length: atOnce }, (_, index) => `/churn-${start + index}`);
    await Promise.all(
      ids.map(async (id, index) => {
        expect((await call("POST", "/v2/apps", { id, ...small })).status).toBe(201);
        // Some are removed while their tasks are launched, some when they run.
        if (index % 2 === 0) await new Promise((resolve) => setTimeout(resolve, index * 20));
        expect((await call("DELETE", `/v2/apps${id}`)).status).toBe(200);
      }),
    );
  }
  const marathonHas = async () => [
    (await call("GET", "/v2/apps")).json.apps.length,
    (await call("GET", "/v2/tasks")).json.tasks.length,
    (await call("GET", "/v2/deployments")).json.length,
    (await call("GET", "/v2/queue")).json.queue.length,
  ];
  await until("nothing is left in Marathon", async () => `${await marathonHas()}` === "0,0,0,0");
  const masterHas = async () => {
    const answer = await fetch(`${master.url}/state.json`);
    const state = (await answer.json()) as { frameworks: { tasks: unknown[] }[]; orphan_tasks: unknown[] };
    return [state.frameworks[0]?.tasks.length, state.orphan_tasks.length];
  };
  await until("nothing is left in Mesos", async () => `${await masterHas()}` === "0,0");
  // A name is free again.
  expect((await call("POST", "/v2/apps", { id: "/churn-0", ...small })).status).toBe(201);
  await cluster.tasks("/churn-0", 1);
});
