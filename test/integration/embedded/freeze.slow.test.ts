import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { DrillReport } from "../../../src/drills/model/report.ts";
import { embeddedLab, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually, until } from "../../helpers/eventually.ts";

/** What stands still without having ended: how a lab bears it, and that it always goes on again. */

const lab = embeddedLab();
const marathon = () => `http://${lab.master}:8080`;
/** The ports may be others than usual, where those are taken. */
const page = () => {
  const { machines, ports } = lab.lab();
  return `http://${lab.master}:${machines[0]?.ports?.haproxy ?? ports.haproxy}/`;
};
const note = () => join(lab.folder, "generated/mesos-lab/embedded/frozen.json");

beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());
beforeEach(() => eventually(async () => expect(await (await fetch(page())).text()).toContain("Tomcat")));

/** Of Linux: those of the lab's processes that are stopped. */
const standing = () =>
  lab.processes().filter(({ pid }) => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
const stoppedTask = () => until("the task stands still", () => standing().length > 0);
const agent = async () =>
  ((await (await fetch(`http://${lab.slave}:5051/state.json`)).json()) as { id: string }).id;

async function drill(name: string): Promise<DrillReport> {
  const { exitCode, stdout, stderr } = await lab.run("drill", name, "--json");
  expect(exitCode, stdout + stderr).toBe(0);
  const result = stdout.split("\n").find((line) => line.includes('"event":"result"'));
  return JSON.parse(result ?? "").drills[0];
}

test("a frozen task is away for as long, and nobody replaces it", async () => {
  const before = await runningTasks(marathon());
  const report = await drill("freeze-task");
  const [lane] = report.lanes;
  expect(lane?.outage.state).toBe("recovered");
  expect(Object.keys(lane?.outage.byKind ?? {})).toContain("timeout");
  expect(report.marks.filter(({ source }) => source === "drill").map(({ what }) => what)).toEqual([
    "task frozen",
    "task thawed",
  ]);
  expect(await runningTasks(marathon())).toEqual(before);
  expect([standing(), existsSync(note())]).toEqual([[], false]);
});

test("an interrupt has a frozen task go on", async () => {
  const tool = lab.start("drill", "freeze-task");
  await stoppedTask();
  tool.process.kill("SIGINT");
  const { exitCode, stderr } = await tool.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain("✖ interrupted while the lab was broken");
  expect([standing(), existsSync(note())]).toEqual([[], false]);
});

test("a tool that was killed leaves it to the lab to have a frozen task go on", async () => {
  const tool = lab.start("drill", "freeze-task");
  await stoppedTask();
  tool.process.kill("SIGKILL");
  await tool.ended;
  await until("it goes on", () => standing().length === 0 && !existsSync(note()));
});

test("a slave that stands still too long is given up, and comes back as a new one", async () => {
  const [before] = await runningTasks(marathon());
  const id = await agent();
  const report = await drill("freeze-slave");
  expect(report.target).toBe("ms1 on slave");
  expect(report.marks.map(({ what }) => what)).toEqual(expect.arrayContaining(["TASK_LOST", "TASK_RUNNING"]));
  expect(report.lanes[0]?.outage.state).toBe("recovered");
  expect(await agent()).not.toBe(id);
  expect((await runningTasks(marathon())).map((task) => task.id)).not.toContain(before?.id);
});

test("a lab with something frozen is ended like any other", async () => {
  const tool = lab.start("drill", "freeze-task");
  await stoppedTask();
  tool.process.kill("SIGKILL");
  await tool.ended;
  expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
  expect(lab.processes()).toEqual([]);
});
