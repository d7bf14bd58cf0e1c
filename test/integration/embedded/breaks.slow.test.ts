import { renameSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { catalogue } from "../../../src/lab/catalogue/index.ts";
import type { Machine, ServiceName } from "../../../src/lab/model.ts";
import { machinesOf } from "../../../src/machines/index.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { embeddedLab, type MarathonTask, post, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

const lab = embeddedLab();
const marathon = `http://${lab.master}:8080`;
const { signal } = new AbortController();
const machines = () => machinesOf(lab.lab(), new LabFolder("mesos-lab", `${lab.folder}/generated`));
const entry = (service: ServiceName) => {
  const found = catalogue(lab.lab()).find((one) => one.service === service);
  if (found === undefined) throw new Error(`no ${service}`);
  return found;
};

/** The sleeper's only task, once it runs and is another one than before. */
const sleeper = (other?: MarathonTask) =>
  eventually(async () => {
    const tasks = await runningTasks(marathon);
    const [task] = tasks;
    if (tasks.length !== 1 || task === undefined || task.id === other?.id) throw new Error("no new task yet");
    return task;
  });
const sleeps = () => lab.processes().filter(({ command }) => command.startsWith("sleep 4711"));

beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  // `setsid`: a process that has left the group of its task.
  const app = { id: "sleeper", cmd: "setsid sleep 4711 & exec sleep 4711", cpus: 0.1, mem: 16, instances: 1 };
  expect(await post(`${marathon}/v2/apps`, app)).toMatchObject({ status: 201 });
});
afterAll(() => lab.remove());

test("a killed service comes back, and so does what an agent was running, without leftovers", async () => {
  const before = await sleeper();
  for (const { process: mark } of Object.values(lab.state().services))
    process.kill(mark?.pid ?? 0, "SIGKILL");
  await sleeper(before);
  expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
  await eventually(() => expect(sleeps()).toHaveLength(2));
});

test("a drill's breaks: restart, remove a task, reboot", async () => {
  const before = await sleeper();
  const old = lab.state().services["marathon@master"]?.process?.pid;
  await machines().breaks.restart(entry("marathon"), signal);
  expect(lab.state().services["marathon@master"]?.process?.pid).not.toBe(old);

  const slave = lab.lab().machines[1] as Machine;
  await eventually(async () => expect((await runningTasks(marathon))[0]?.id).toBe(before.id));
  expect(await machines().breaks.removeTask(slave, before.ports[0] ?? 0, signal)).toBe(before.id);
  const second = await sleeper(before);

  const agent = async () =>
    ((await (await fetch(`http://${lab.slave}:5051/state.json`)).json()) as { id: string }).id;
  const id = await agent();
  await machines().breaks.reboot(slave, signal);
  await sleeper(second);
  // A machine that was started anew has another agent.
  expect(await agent()).not.toBe(id);
});

test("a killed launcher takes its services with it; create brings the lab and its apps back", async () => {
  const before = await sleeper();
  process.kill(lab.state().launcher.pid, "SIGKILL");
  await eventually(() =>
    expect(lab.processes().filter(({ command }) => command.includes("service.js"))).toEqual([]),
  );
  expect((await lab.run("status")).stdout).toMatch(/stopped/);
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  await sleeper(before);
  await eventually(() => expect(sleeps()).toHaveLength(2));
});

test("a lab whose folder was removed by hand ends by itself", async () => {
  // Moved, which is removed at one stroke: what runs goes on writing into it.
  renameSync(`${lab.folder}/generated`, `${lab.folder}/gone`);
  await eventually(() => expect(lab.processes()).toEqual([]));
});
