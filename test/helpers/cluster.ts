import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { masterInStore, startMarathon } from "../../src/rehearsal/marathon/start.ts";
import { parseResources } from "../../src/rehearsal/mesos/resources.ts";
import { startMesosAgent } from "../../src/rehearsal/mesos-agent/agent.ts";
import type { TaskRunner } from "../../src/rehearsal/mesos-agent/task-runner.ts";
import { startMesosMaster } from "../../src/rehearsal/mesos-master/master.ts";
import type { Running } from "../../src/rehearsal/running.ts";
import { createMemoryTree, type MemorySession } from "../../src/rehearsal/store/memory-store.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./fake-mesos-master.ts";
import { type Answer, options, request } from "./rehearsal-lab.ts";

export interface RunningTask {
  readonly id: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** The stand-ins of Mesos master, agent and Marathon in one process. */
export interface Cluster {
  /** The loopback address of everything, this cluster's own. */
  readonly ip: string;
  readonly tree: () => MemorySession;
  readonly master: Running;
  readonly agent: Running;
  readonly marathon: Running;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** An app's running tasks, once there are as many. */
  tasks(id: string, count: number): Promise<readonly RunningTask[]>;
  /** Posts an app and waits for its tasks. */
  deploy(app: { readonly id: string; readonly instances: number }): Promise<readonly RunningTask[]>;
  /** Kills a task and waits for the one that takes its place. */
  replace(task: RunningTask, id: string): Promise<RunningTask>;
  close(): Promise<void>;
}

const onFatal = (error: Error) => {
  throw error;
};

/** @param runners of its tasks; by default each is an HTTP server that answers with its id */
export async function startCluster(runners?: readonly TaskRunner[]): Promise<Cluster> {
  // An address of its own, so that clusters of parallel tests cannot take each other's ports.
  const ip = `127.${randomInt(64, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`;
  const tree = createMemoryTree();
  const workDir = await mkdtemp(join(tmpdir(), "cluster-"));
  const master = await startMesosMaster({
    ip,
    port: await freePort(),
    hostname: ip,
    election: { openStore: async () => tree(), path: "/mesos", quorum: 1 },
    allocationIntervalMs: 20,
    onFatal,
  });
  const agent = await startMesosAgent({
    ip,
    port: await freePort(),
    hostname: ip,
    master: { openStore: async () => tree(), path: "/mesos" },
    workDir,
    resources: parseResources("cpus:8;mem:4096;disk:4096;ports:[31000-31999]"),
    runners: runners ?? [webRunner(ip)],
    registrationBackoffMs: 20,
    bootId: "boot",
    onFatal,
  });
  const store = tree();
  const marathon = await startMarathon({
    options: { ...options("unused", []), httpAddress: ip, hostname: ip },
    store,
    folder: "/marathon",
    followMaster: masterInStore(store, "/mesos"),
    log: () => {},
  });
  const call: Cluster["call"] = (method, path, body, headers = {}) =>
    request(method, marathon.url + path, body, headers);
  const tasks: Cluster["tasks"] = (id, count) =>
    eventually(async () => {
      const { json } = await call("GET", "/v2/tasks?status=running");
      const found = json.tasks.filter((task: { appId: string }) => task.appId === id);
      if (found.length !== count) throw new Error(`${found.length} tasks of ${id} run, not ${count}`);
      return found;
    });
  await eventually(async () => {
    const { json } = await call("GET", "/v2/info");
    if (json.frameworkId === null) throw new Error("not registered yet");
  });
  return {
    ip,
    tree,
    master,
    agent,
    marathon,
    call,
    tasks,
    deploy: async (app) => {
      const answer = await call("POST", "/v2/apps", app);
      if (answer.status !== 201) throw new Error(answer.text);
      return tasks(app.id.startsWith("/") ? app.id : `/${app.id}`, app.instances);
    },
    replace: async (task, id) => {
      await call("DELETE", `/v2/apps${id}/tasks/${task.id}`);
      return eventually(async () => {
        const [next] = await tasks(id, 1);
        if (next === undefined || next.id === task.id) throw new Error("the killed task still runs");
        return next;
      });
    },
    close: async () => {
      await marathon.close();
      await agent.close();
      await master.close();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Runs any task as a web server at its first port. */
function webRunner(ip: string): TaskRunner {
  return {
    name: "docker",
    accepts: () => true,
    recover: async () => {},
    run: async ({ info }, onStarted, kill) => {
      const ranges = (info.resources ?? []).flatMap((each) =>
        each.type === "RANGES" ? each.ranges.range : [],
      );
      const server = createServer((_, response) => response.end(info.task_id.value));
      await new Promise<void>((resolve) => server.listen(ranges[0]?.begin ?? 0, ip, resolve));
      onStarted({ ip: "172.17.0.2" });
      await new Promise<void>((resolve) => {
        if (kill.aborted) resolve();
        kill.addEventListener("abort", () => resolve());
      });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      return { state: "TASK_KILLED" };
    },
  };
}
