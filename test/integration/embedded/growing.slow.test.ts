import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { portsOf } from "../../../src/lab/model.ts";
import { embeddedLab, post, runningTasks } from "../../helpers/embedded-lab.ts";
import { until } from "../../helpers/eventually.ts";
import { steadyRequests } from "../../helpers/steady-requests.ts";

/** A lab that grows and shrinks while it serves: nothing changes but what its description changes. */

const lab = embeddedLab();
const file = join(lab.folder, "mesos-lab.yaml");
const page = `http://${lab.master}/`;

interface Slave {
  readonly id: string;
  readonly hostname: string;
}

async function slaves(): Promise<ReadonlyMap<string, string>> {
  const answer = await fetch(`http://${lab.master}:5050/state.json`);
  const state = (await answer.json()) as { slaves: Slave[] };
  return new Map(state.slaves.map(({ hostname, id }) => [hostname, id]));
}

const processes = () =>
  new Map(Object.entries(lab.state().services).map(([id, { process }]) => [id, process?.pid]));

async function whole() {
  return { slaves: await slaves(), processes: processes(), launcher: lab.state().launcher.pid };
}

/** Makes the lab as it is described while its page is asked fifty times a second. */
async function createUnderLoad(...flags: string[]): Promise<string> {
  const load = steadyRequests(page);
  await load.some(50);
  const { exitCode, stdout, stderr } = await lab.run("create", ...flags);
  await load.some(50);
  expect(exitCode, stdout + stderr).toBe(0);
  expect(await load.end()).toMatchObject({ failed: [] });
  return stderr;
}

const without = <V>(map: ReadonlyMap<string, V>, ...names: string[]) =>
  new Map([...map].filter(([name]) => !names.includes(name)));

beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());

test("a slave that the lab file gets joins; every process, id and task stays", async () => {
  const [before, [task]] = [await whole(), await runningTasks(`http://${lab.master}:8080`)];
  const more = lab.loopback(30);
  writeFileSync(
    file,
    `${readFileSync(file, "utf8")}  - {name: more, ip: ${more}, services: [mesos-slave]}\n`,
  );
  const { stdout } = await lab.run("create", "--dry-run");
  expect(stdout.split("\n")[0]).toBe(`add more ${more}: mesos-slave`);
  expect(await whole()).toEqual(before);

  expect(await createUnderLoad()).toContain("1 started; all others go on");
  const after = await whole();
  expect(without(after.processes, "mesos-slave@more")).toEqual(before.processes);
  expect(without(after.slaves, more)).toEqual(before.slaves);
  expect(after.launcher).toBe(before.launcher);
  expect(after.slaves.size).toBe(2);
  expect(await runningTasks(`http://${lab.master}:8080`)).toEqual([task]);
});

test("a slave that it loses is drained and leaves; the page is served all the while", async () => {
  const before = await whole();
  expect((await runningTasks(`http://${lab.master}:8080`)).map(({ host }) => host)).toEqual([lab.slave]);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/^.*name: slave,.*\n/m, ""));
  expect((await lab.run("create", "--dry-run")).stdout).toContain(
    `remove slave ${lab.slave}: mesos-slave, after its tasks have moved`,
  );

  expect(await createUnderLoad()).toContain("tasks moved: 1 of /tomcat");
  const after = await whole();
  expect(after.processes).toEqual(without(before.processes, "mesos-slave@slave"));
  expect(after.slaves).toEqual(without(before.slaves, lab.slave));
  expect((await runningTasks(`http://${lab.master}:8080`)).map(({ host }) => host)).toEqual([
    lab.loopback(30),
  ]);
});

test("a slave that the lab has again before an interrupted run has released it serves as a new one", async () => {
  const before = await whole();
  const machine = lab.lab().machines.find(({ name }) => name === "more");
  if (machine === undefined) throw new Error("no slave is called more");
  const slave = `http://${machine.ip}:${portsOf(lab.lab(), machine).mesosSlave}/slave(1)`;
  expect(await fetch(`${slave}/leaving`, { method: "POST" })).toMatchObject({ status: 202 });
  expect(await fetch(`${slave}/departed`, { method: "POST" })).toMatchObject({ status: 202 });
  // As a run that was killed then has left it.
  const path = join(lab.folder, "generated", lab.lab().name, "lab.json");
  const record = JSON.parse(readFileSync(path, "utf8"));
  const [others, more] = [false, true].map((is) =>
    record.lab.machines.filter(({ name }: { name: string }) => (name === "more") === is),
  );
  const leaving = { ...record.lab, machines: more };
  writeFileSync(path, JSON.stringify({ ...record, lab: { ...record.lab, machines: others }, leaving }));

  const { exitCode, stderr } = await lab.run("create");
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain("Keep more after all");
  const after = await whole();
  expect(after.processes).toEqual(before.processes);
  expect([...after.slaves.keys()]).toEqual([...before.slaves.keys()]);
  expect(after.slaves).not.toEqual(before.slaves);
  await until("its page is there again", async () => (await fetch(page)).status === 200);
});

test("--slaves grows it without an edit, into a process that others share too, and shrinks it", async () => {
  const before = await whole();
  await createUnderLoad("--slaves", "6");
  const grown = await whole();
  expect(grown.slaves.size).toBe(6);
  expect(without(grown.processes, ...added(before.processes, grown.processes))).toEqual(before.processes);

  await createUnderLoad("--slaves", "7");
  const larger = await whole();
  expect(larger.slaves.size).toBe(7);
  // The new one lives in a process that was there.
  expect(larger.processes).toEqual(grown.processes);

  await createUnderLoad("--slaves", "2");
  const smaller = await whole();
  expect(smaller.slaves.size).toBe(2);
  expect([...smaller.processes].every(([id, pid]) => larger.processes.get(id) === pid)).toBe(true);
});

function added<V>(before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): string[] {
  return [...after.keys()].filter((id) => !before.has(id));
}

test("an app that has no place elsewhere keeps its slave, and all is as it was", async () => {
  expect(await lab.run("create", "--slaves", "2")).toMatchObject({ exitCode: 0 });
  const app = {
    ...{ id: "/wide", cmd: "sleep 1000", cpus: 0.1, mem: 16, instances: 2 },
    constraints: [["hostname", "UNIQUE"]],
  };
  expect(await post(`http://${lab.master}:8080/v2/apps`, app)).toMatchObject({ status: 201 });
  await until("both run", async () => (await tasksOf("/wide")).length === 2);
  const before = await tasksOf("/wide");
  const { exitCode, stderr } = await lab.run("create", "--slaves", "1");
  expect(exitCode).toBe(5);
  expect(stderr).toContain("the app /wide could not be moved, and so nothing was removed");
  expect((await slaves()).size).toBe(2);
  expect(await tasksOf("/wide")).toEqual(before);
});

async function tasksOf(id: string): Promise<readonly string[]> {
  const tasks = await runningTasks(`http://${lab.master}:8080`);
  return tasks.filter((task) => task.id.startsWith(id.slice(1))).map((task) => task.id);
}

test("a slave for another one, whose tasks run long before they listen: no request fails", async () => {
  const marathon = `http://${lab.master}:8080`;
  expect(await fetch(`${marathon}/v2/apps/wide`, { method: "DELETE" })).toMatchObject({ status: 200 });
  expect(await lab.run("create", "--slaves", "1")).toMatchObject({ exitCode: 0 });
  const serve = "require('http').createServer((_, answer) => answer.end('ok')).listen(process.env.PORT0)";
  const cmd = `sleep 8; exec ${process.execPath} -e "${serve}"`;
  expect(await post(`${marathon}/v2/apps`, { id: "/late", cmd, cpus: 0.1, mem: 16 })).toMatchObject({
    status: 201,
  });
  await until("it serves", async () => (await fetch(`${page}late`)).status === 200);
  const text = readFileSync(file, "utf8");
  const other = `  - {name: other, ip: ${lab.loopback(31)}, services: [mesos-slave]}`;
  writeFileSync(file, text.replace(/^.*name: more,.*$/m, other));

  const load = steadyRequests(`${page}late`);
  await createUnderLoad();
  expect(await load.end()).toMatchObject({ failed: [] });
  const tasks = await runningTasks(marathon);
  expect(new Set(tasks.map(({ host }) => host))).toEqual(new Set([lab.loopback(31)]));
  expect(tasks).toHaveLength(2);
});

test("an app that a killed run has left scaled up is put back by the next one", async () => {
  const marathon = `http://${lab.master}:8080`;
  const text = readFileSync(file, "utf8");
  const third = `  - {name: third, ip: ${lab.loopback(32)}, services: [mesos-slave]}`;
  writeFileSync(file, text.replace(/^.*name: other,.*$/m, third));
  const instances = async () => {
    const { app } = (await (await fetch(`${marathon}/v2/apps/late`)).json()) as {
      app: { instances: number };
    };
    return app.instances;
  };
  const tool = lab.start("create");
  await until("its task is being moved", async () => (await instances()) === 2);
  tool.process.kill("SIGKILL");
  await tool.ended;
  expect(await instances()).toBe(2);

  const { exitCode, stderr } = await lab.run("create");
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain("/late to 1");
  expect(await instances()).toBe(1);
  const tasks = await runningTasks(marathon);
  expect(tasks.map(({ host }) => host)).toEqual([lab.loopback(32), lab.loopback(32)]);
  expect((await lab.run("create")).stderr).not.toContain("Put back the apps");
});

test("another ZooKeeper ensemble is refused before anything is done", async () => {
  const before = await whole();
  const { exitCode, stderr } = await lab.run("create", "--masters", "3");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("an ensemble that has data keeps its members: nothing was changed");
  expect(await whole()).toEqual(before);
});
