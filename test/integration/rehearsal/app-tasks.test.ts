import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { tarOf } from "../../helpers/archives.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";
import { until } from "../../helpers/eventually.ts";

let cluster: Cluster;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "app-tasks-"));
  cluster = await startCluster([commandRunner()]);
});
afterAll(async () => {
  await cluster?.close();
  await rm(folder, { recursive: true, force: true });
});

const small = { cpus: 0.1, mem: 16, instances: 1 };
const app = async (id: string) => (await cluster.call("GET", `/v2/apps/${id}`)).json.app;

describe("an app with a COMMAND health check", () => {
  const check = (value: string) => ({
    protocol: "COMMAND",
    command: { value },
    gracePeriodSeconds: 0,
    intervalSeconds: 0,
    timeoutSeconds: 60,
    maxConsecutiveFailures: 2,
  });

  test("is healthy while the command, beside its task, ends with 0, and is replaced when it does not", async () => {
    const flag = join(folder, "well");
    await writeFile(flag, "");
    const made = await cluster.call("POST", "/v2/apps", {
      id: "checked",
      ...small,
      cmd: "touch started; exec sleep 300",
      env: { FLAG: flag },
      // Where and as what the task runs, so does the check.
      healthChecks: [check('test -f "$FLAG" && test -f started && test -n "$PORT0"')],
    });
    expect(made.status).toBe(201);
    const first = await until("it is healthy", async () => {
      const { tasks, tasksHealthy } = await app("checked");
      return tasksHealthy === 1 && tasks[0];
    });
    expect(first.healthCheckResults).toMatchObject([{ alive: true, consecutiveFailures: 0 }]);
    expect((await cluster.call("GET", "/v2/deployments")).json).toEqual([]);
    await rm(flag);
    const killed = await until("it is killed", async () => {
      const answer = await fetch(`${cluster.master.url}/state.json`);
      const state = (await answer.json()) as {
        frameworks: { completed_tasks: { id: string; state: string; statuses: unknown[] }[] }[];
      };
      return state.frameworks[0]?.completed_tasks.find(({ id }) => id === first.id);
    });
    expect(killed).toMatchObject({ state: "TASK_KILLED" });
    await writeFile(flag, "");
    const next = await until("the next one is healthy", async () => {
      const { tasks, tasksHealthy } = await app("checked");
      return tasksHealthy === 1 && tasks.length === 1 && tasks[0];
    });
    expect(next.id).not.toBe(first.id);
  });

  test("that does not end in time fails it; one without a command is refused", async () => {
    const slow = { ...check("sleep 300"), timeoutSeconds: 1, maxConsecutiveFailures: 1 };
    await cluster.call("POST", "/v2/apps", {
      ...{ id: "slow", ...small, cmd: "exec sleep 300" },
      healthChecks: [slow],
    });
    const [first] = await cluster.tasks("/slow", 1);
    await until("it is replaced", async () => {
      const { tasks } = await app("slow");
      return tasks.some(({ id }: { id: string }) => id !== first?.id);
    });
    await cluster.call("DELETE", "/v2/apps/slow");
    const without = { id: "w", ...small, cmd: "x", healthChecks: [{ protocol: "COMMAND" }] };
    expect((await cluster.call("POST", "/v2/apps", without)).status).toBe(422);
  });
});

describe("an app with URIs", () => {
  test("finds its archive unpacked in its sandbox, and its file beside it", async () => {
    const archive = join(folder, "site.tgz");
    await writeFile(archive, gzipSync(tarOf([{ name: "site/index.html", content: "hello" }])));
    await writeFile(join(folder, "start.sh"), "#!/bin/sh\ntest -f site/index.html && exec sleep 300\n");
    await cluster.deploy({
      id: "/site",
      ...small,
      cmd: "./start.sh",
      fetch: [
        { uri: `file://${archive}` },
        { uri: `file://${join(folder, "start.sh")}`, executable: true, cache: true },
      ],
    } as { id: string; instances: number });
  });

  test("that cannot be had fails with Mesos' words, and the sandbox tells why", async () => {
    await cluster.call("POST", "/v2/apps", {
      ...{ id: "gone", ...small, cmd: "exec sleep 300" },
      uris: [`file://${folder}/none.tgz`],
    });
    const failure = await until("it fails", async () => (await app("gone")).lastTaskFailure);
    expect(failure).toMatchObject({ state: "TASK_FAILED" });
    expect(failure.message).toMatch(
      /^Failed to launch container: Failed to fetch all URIs for container '[0-9a-f-]+' with exit status: 256$/,
    );
    await cluster.call("DELETE", "/v2/apps/gone");
    expect(await readdir(folder)).not.toContain("none.tgz");
  });
});
