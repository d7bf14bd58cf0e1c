import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseResources } from "../../../src/rehearsal/mesos/resources.ts";
import { startMesosAgent } from "../../../src/rehearsal/mesos-agent/agent.ts";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { startMesosMaster } from "../../../src/rehearsal/mesos-master/master.ts";
import type { Running } from "../../../src/rehearsal/running.ts";
import { createMemoryTree, type MemorySession } from "../../../src/rehearsal/store/memory-store.ts";
import type { Store } from "../../../src/rehearsal/store/store.ts";
import { until } from "../../helpers/eventually.ts";
import { Scheduler } from "../../helpers/scheduler.ts";
import { freePort } from "../../helpers/zookeeper-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class Lab {
  readonly openSession = createMemoryTree();
  readonly fatal: string[] = [];
  readonly sessions: MemorySession[] = [];

  async master(options: { pingMs?: number; quorum?: number; fetchMs?: number } = {}): Promise<Running> {
    const running = await startMesosMaster({
      ip: "127.0.0.1",
      port: await freePort(),
      hostname: "localhost",
      election: { openStore: this.openStore, path: "/mesos", quorum: options.quorum ?? 1 },
      allocationIntervalMs: 50,
      slavePingTimeoutMs: options.pingMs ?? 5_000,
      maxSlavePingTimeouts: 3,
      ...(options.fetchMs === undefined ? {} : { registryFetchTimeoutMs: options.fetchMs }),
      onFatal: (error) => this.fatal.push(error.message),
    });
    return keep(running);
  }

  async agent(workDir: string, options: { bootId?: string; port?: number } = {}): Promise<Running> {
    const running = await startMesosAgent({
      ip: "127.0.0.1",
      port: options.port ?? (await freePort()),
      hostname: "127.0.0.1",
      master: { openStore: this.openStore, path: "/mesos" },
      workDir,
      resources: parseResources("cpus:2;mem:512;disk:1024;ports:[31000-31099]"),
      runners: [commandRunner()],
      registrationBackoffMs: 50,
      bootId: options.bootId ?? "boot-1",
      onFatal: (error) => this.fatal.push(error.message),
    });
    return keep(running);
  }

  readonly openStore = async (): Promise<Store> => {
    const session = this.openSession();
    this.sessions.push(session);
    return session;
  };
}

function keep(running: Running): Running {
  cleanups.push(() => running.close());
  return running;
}

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "agent-"));
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function scheduler(
  master: Running,
  options: { id?: string; failoverTimeout?: number } = {},
): Promise<Scheduler> {
  const one = new Scheduler();
  cleanups.push(() => one.close());
  await until("the master leads", async () => (await state(master)).elected_time !== undefined);
  await one.subscribe(master.url, options);
  return one;
}

// biome-ignore lint/suspicious/noExplicitAny: the tests look at single fields of a large document.
async function state(running: Running, path = "/state.json"): Promise<any> {
  return (await fetch(running.url + path)).json();
}

const sleepTask = { command: { shell: true, value: "echo hello $MESOS_EXECUTOR_ID; sleep 300" } };

describe("a task", () => {
  test("is offered for, launched, shown, killed and filed away", async () => {
    const lab = new Lab();
    const master = await lab.master();
    const workDir = await directory();
    const agent = await lab.agent(workDir);
    const framework = await scheduler(master);
    const offer = await framework.launch("t.1", sleepTask);
    expect(offer.resources).toContainEqual(
      expect.objectContaining({ name: "ports", ranges: { range: [{ begin: 31000, end: 31099 }] } }),
    );
    await framework.status("t.1", "TASK_RUNNING");

    const shown = await state(master, "/master/state.json");
    expect(shown).toMatchObject({ activated_slaves: 1, deactivated_slaves: 0, leader: shown.pid });
    expect(shown.version).toContain("mesos-lab-rehearsal");
    const task = shown.frameworks[0].tasks[0];
    expect(task).toMatchObject({
      id: "t.1",
      state: "TASK_RUNNING",
      executor_id: "",
      slave_id: offer.agent_id.value,
    });
    expect(shown.slaves[0].used_resources).toMatchObject({ cpus: 0.1, mem: 32 });

    const { executors } = (await state(agent, "/slave(1)/state.json")).frameworks[0];
    const log = join(executors[0].directory, "stdout");
    const said = async () => (await readFile(log, "utf8")).split("\n");
    await until("its output", async () => (await said()).includes("hello t.1"));
    // The executor's own lines are there too, as with Mesos.
    expect(await said()).toEqual(
      expect.arrayContaining([
        "Registered executor on 127.0.0.1",
        "Starting task t.1",
        `sh -c '${sleepTask.command.value}'`,
        expect.stringMatching(/^Forked command at \d+$/),
      ]),
    );
    expect(await state(agent, `/files/read.json?path=${log}&offset=11&length=8`)).toEqual({
      offset: 11,
      data: "executor",
    });
    const latest = join(dirname(executors[0].directory), "latest");
    expect(await realpath(latest)).toBe(await realpath(executors[0].directory));
    const [used] = await state(agent, "/monitor/statistics.json");
    expect(used).toMatchObject({ executor_id: "t.1", statistics: { cpus_limit: 0.2 } });

    expect(await framework.call({ type: "KILL", kill: { task_id: { value: "t.1" } } })).toBe(202);
    await framework.status("t.1", "TASK_KILLED");
    await until("the task is filed away", async () => {
      const [found] = (await state(master)).frameworks;
      return found.tasks.length === 0 && found.completed_tasks[0]?.state === "TASK_KILLED";
    });
  });

  test("that fails or finishes says how", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const framework = await scheduler(master);
    await framework.launch("bad", { command: { shell: true, value: "exit 3" } });
    expect((await framework.status("bad", "TASK_FAILED")).message).toBe("Command exited with status 3");
    await framework.launch("ended", { command: { shell: true, value: "kill -9 $$" } });
    const ended = await framework.status("ended", "TASK_FAILED");
    expect(ended.message).toBe("Command terminated with signal Killed");
    await framework.launch("missing", { command: { shell: false, value: "/no/such/program" } });
    const missing = await framework.status("missing", "TASK_FAILED");
    expect(missing.message).toBe("Command terminated with signal Aborted");
    await framework.launch("good", { command: { shell: false, value: "/bin/true", arguments: ["true"] } });
    await framework.status("good", "TASK_FINISHED");
  });

  test("may have the id that one of another framework has", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const one = await scheduler(master);
    const other = await scheduler(master);
    for (const framework of [one, other]) {
      await framework.launch("task-1", sleepTask);
      await framework.status("task-1", "TASK_RUNNING");
    }
    await other.call({ type: "KILL", kill: { task_id: { value: "task-1" } } });
    await other.status("task-1", "TASK_KILLED");
    await one.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "task-1" } }] } });
    const told = () => one.statuses("task-1").find(({ reason }) => reason === "REASON_RECONCILIATION");
    expect(await until("it is told", told)).toMatchObject({ state: "TASK_RUNNING" });
    expect(one.statuses("task-1").map(({ state }) => state)).not.toContain("TASK_KILLED");
  });

  test("that wants too much is an error, and one for a spent offer is lost", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const framework = await scheduler(master);
    const offer = await framework.launch("huge", {
      ...sleepTask,
      resources: [{ name: "cpus", type: "SCALAR", scalar: { value: 64 } }],
    });
    expect((await framework.status("huge", "TASK_ERROR")).message).toMatch(
      /^Task uses more resources cpus\(\*\):64 than available cpus\(\*\):2; mem\(\*\):512; disk\(\*\):1024; ports/,
    );
    await framework.launch("negative", {
      ...sleepTask,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: 1 } },
        { name: "mem", type: "SCALAR", scalar: { value: -1 } },
      ],
    });
    expect(await framework.status("negative", "TASK_ERROR")).toMatchObject({
      reason: "REASON_TASK_INVALID",
      message:
        "Task uses invalid resources: Invalid resources: Resource 'mem(*):-1' is invalid: Invalid scalar resource: value < 0",
    });
    const task = { name: "late", task_id: { value: "late" }, agent_id: offer.agent_id, ...sleepTask };
    const operations = [{ type: "LAUNCH", launch: { task_infos: [task] } }];
    await framework.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations } });
    expect((await framework.status("late", "TASK_LOST")).reason).toBe("REASON_INVALID_OFFERS");
  });

  test("has its updates repeated until they are acknowledged", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const framework = await scheduler(master);
    framework.acknowledges = false;
    await framework.launch("t", sleepTask);
    await until("a second copy", () => framework.statuses("t").length >= 2);
    expect(new Set(framework.statuses("t").map(({ uuid }) => uuid)).size).toBe(1);
  });
});

describe("offers", () => {
  test("that are declined stay away for as long as asked, or until revived", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const framework = await scheduler(master);
    const offer = await until("an offer", () => framework.offers[0]);
    await framework.call({
      type: "DECLINE",
      decline: { offer_ids: [offer.id], filters: { refuse_seconds: 600 } },
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(framework.offers).toHaveLength(1);
    await framework.call({ type: "REVIVE" });
    await until("an offer again", () => framework.offers.length === 2);
  });
});

describe("an agent", () => {
  test("that is gone is inactive at once and lost after its pings, and its tasks with it", async () => {
    const lab = new Lab();
    const master = await lab.master({ pingMs: 300 });
    const agent = await lab.agent(await directory());
    const framework = await scheduler(master);
    await framework.launch("t", sleepTask);
    await framework.status("t", "TASK_RUNNING");
    await agent.close();
    await until("it is inactive", async () => (await state(master)).deactivated_slaves === 1);
    expect((await framework.status("t", "TASK_LOST")).reason).toBe("REASON_AGENT_REMOVED");
    expect((await state(master)).slaves).toEqual([]);
    expect(framework.find("FAILURE")).toBeDefined();
  });

  test("that answers its pings stays", async () => {
    const lab = new Lab();
    const master = await lab.master({ pingMs: 2_000 });
    await lab.agent(await directory());
    await until("it is registered", async () => (await state(master)).activated_slaves === 1);
    // Another one that never answers: as soon as that is given up, as many pings were sent to both.
    const mute = { hostname: "mute", ip: "127.0.0.1", port: 1, attributes: {}, tasks: [] };
    const resources = parseResources("cpus:1;mem:64");
    const body = JSON.stringify({ ...mute, resources });
    const registered = await fetch(`${master.url}/master/register-agent`, { method: "POST", body });
    expect(registered.status).toBe(200);
    await until("both are there", async () => (await state(master)).slaves.length === 2);
    await until("the mute one is gone", async () => (await state(master)).slaves.length === 1);
    expect((await state(master)).slaves).toMatchObject([{ hostname: "127.0.0.1" }]);
    expect(lab.fatal).toEqual([]);
  });

  test("that restarts keeps its id and reports what it was running as failed", async () => {
    const lab = new Lab();
    const master = await lab.master();
    const workDir = await directory();
    const port = await freePort();
    const first = await lab.agent(workDir, { port });
    const framework = await scheduler(master);
    const offer = await framework.launch("t", sleepTask);
    await framework.status("t", "TASK_RUNNING");
    await first.close();
    await lab.agent(workDir, { port });
    expect((await framework.status("t", "TASK_FAILED")).message).toBe("Abnormal executor termination");
    expect((await state(master)).slaves.map(({ id }: { id: string }) => id)).toEqual([offer.agent_id.value]);
  });

  test("whose host was rebooted comes back as a new one", async () => {
    const lab = new Lab();
    const master = await lab.master();
    const workDir = await directory();
    const first = await lab.agent(workDir, { bootId: "boot-1" });
    const before = await until("an id", async () => (await state(first)).id || undefined);
    await until("it is registered", async () => (await state(master)).activated_slaves === 1);
    await first.close();
    const second = await lab.agent(workDir, { bootId: "boot-2" });
    expect(await until("an id", async () => (await state(second)).id || undefined)).not.toBe(before);
  });

  test("reads sandboxes to strangers and nothing else", async () => {
    const lab = new Lab();
    const agent = await lab.agent(await directory());
    for (const path of ["/etc/passwd", "slaves/../../../../etc/passwd"]) {
      expect((await fetch(`${agent.url}/files/read.json?path=${encodeURIComponent(path)}`)).status).toBe(404);
    }
    expect((await fetch(`${agent.url}/files/browse.json`)).status).toBe(400);
  });
});

describe("a framework", () => {
  test("that subscribes again gets its tasks back, and its old connection ends", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const first = await scheduler(master);
    await first.launch("t", sleepTask);
    await first.status("t", "TASK_RUNNING");
    const second = await scheduler(master, { id: first.frameworkId ?? "" });
    await until("an error", () => first.find("ERROR"));
    await second.call({ type: "RECONCILE", reconcile: { tasks: [] } });
    expect((await second.status("t", "TASK_RUNNING")).reason).toBe("REASON_RECONCILIATION");
    expect(await first.call({ type: "REVIVE" })).toBe(400);
  });

  test("that stays away longer than its failover timeout is torn down with its tasks", async () => {
    const lab = new Lab();
    const master = await lab.master();
    const agent = await lab.agent(await directory());
    const framework = await scheduler(master, { failoverTimeout: 0.5 });
    await framework.launch("t", sleepTask);
    await framework.status("t", "TASK_RUNNING");
    framework.close();
    await until("it is inactive", async () => (await state(master)).frameworks[0]?.active === false);
    await until("it is completed", async () => (await state(master)).completed_frameworks.length === 1);
    await until("its task ends", async () => (await state(agent)).frameworks.length === 0);
  });

  test("is answered 400 for nonsense and 415 for another content type", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await until("it leads", async () => (await state(master)).elected_time);
    const post = (body: string, type: string) =>
      fetch(`${master.url}/api/v1/scheduler`, { method: "POST", body, headers: { "Content-Type": type } });
    expect((await post("{", "application/json")).status).toBe(400);
    expect((await post('{"type":"ACCEPT"}', "application/json")).status).toBe(400);
    expect((await post("", "application/x-protobuf")).status).toBe(415);
  });
});

describe("the other views of a master", () => {
  test("are there, with and without the process name, and show text as text", async () => {
    const lab = new Lab();
    const master = await lab.master();
    await lab.agent(await directory());
    const framework = await scheduler(master);
    await framework.launch("t", { ...sleepTask, name: "<script>alert(1)</script>" });
    await framework.status("t", "TASK_RUNNING");
    expect((await state(master, "/tasks.json?limit=1&order=asc")).tasks).toHaveLength(1);
    expect((await state(master, "/tasks.json?offset=1")).tasks).toEqual([]);
    expect((await state(master, "/master/slaves")).slaves).toHaveLength(1);
    expect((await state(master, "/state-summary")).frameworks[0]).toMatchObject({ TASK_RUNNING: 1 });
    expect((await state(master, "/roles.json")).roles[0].frameworks).toEqual([framework.frameworkId]);
    const metrics = await state(master, "/metrics/snapshot");
    expect(metrics).toMatchObject({
      "master/elected": 1,
      "master/slaves_active": 1,
      "master/tasks_running": 1,
    });
    const page = await (await fetch(master.url)).text();
    expect(page).toContain("mesos-lab rehearsal");
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script");

    const nonsense = { method: "POST", body: '{"hostname":1}' };
    expect((await fetch(`${master.url}/master/register-agent`, nonsense)).status).toBe(400);
    const teardown = (body: string) => fetch(`${master.url}/master/teardown`, { method: "POST", body });
    expect((await teardown("frameworkId=nobody")).status).toBe(400);
    expect((await teardown(`frameworkId=${framework.frameworkId}`)).status).toBe(200);
    expect((await state(master)).completed_frameworks[0].completed_tasks[0].state).toBe("TASK_KILLED");
  });
});

describe("masters", () => {
  test("elect the oldest; the next one takes over with the running tasks", async () => {
    const lab = new Lab();
    const first = await lab.master();
    await until("the first leads", async () => (await state(first)).elected_time);
    const second = await lab.master();
    const leader = await until("the second sees a leader", async () => (await state(second)).leader);
    expect(leader).toBe((await state(first)).pid);
    expect((await state(second)).elected_time).toBeUndefined();
    const redirect = await fetch(`${second.url}/redirect`, { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("Location")]).toEqual([
      307,
      first.url.replace(/http:\/\/[^:]+/, "//localhost"),
    ]);

    await lab.agent(await directory());
    const framework = await scheduler(first);
    const offer = await framework.launch("t", sleepTask);
    await framework.status("t", "TASK_RUNNING");
    await first.close();
    await until("the agent came over", async () => (await state(second)).orphan_tasks.length === 1);
    const again = await scheduler(second, { id: framework.frameworkId ?? "" });
    const shown = await state(second);
    expect(shown.orphan_tasks).toEqual([]);
    expect(shown.frameworks[0].tasks[0]).toMatchObject({ id: "t", state: "TASK_RUNNING" });
    expect(shown.slaves[0].id).toBe(offer.agent_id.value);
    await again.call({ type: "KILL", kill: { task_id: { value: "t" } } });
    await again.status("t", "TASK_KILLED");
  });

  test("end when they lose their session while leading, and contend again when not", async () => {
    const lab = new Lab();
    const first = await lab.master();
    await until("the first leads", async () => (await state(first)).elected_time);
    const second = await lab.master();
    await until("the second sees a leader", async () => (await state(second)).leader);
    lab.sessions[1]?.expire();
    await until("the second has a new session", () => lab.sessions.length === 3);
    expect(lab.fatal).toEqual([]);
    lab.sessions[0]?.expire();
    expect(lab.fatal).toEqual(["Lost leadership... committing suicide!"]);
    await until("the second leads", async () => (await state(second)).elected_time);
  });

  test("that are fewer than the quorum do not serve, and end", async () => {
    const lab = new Lab();
    const master = await lab.master({ quorum: 2, fetchMs: 300 });
    await until("it gives up", () => lab.fatal.length === 1);
    expect(lab.fatal[0]).toMatch(/^Recovery failed/);
    expect((await fetch(`${master.url}/health`)).status).toBe(200);
  });
});
