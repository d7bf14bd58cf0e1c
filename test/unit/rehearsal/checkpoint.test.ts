import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Checkpoint, type KeptTask } from "../../../src/rehearsal/mesos-agent/checkpoint.ts";

/** What an agent has kept of its tasks may be anything when it starts again: then it has none, and is still the same slave. */

const task: KeptTask = {
  frameworkId: "F1",
  framework: { user: "root", name: "marathon" },
  containerId: "C1",
  info: { name: "t", task_id: { value: "t.1" }, agent_id: { value: "S1" } },
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
  const slave = join(folder, "meta", "slaves", "S1");
  mkdirSync(slave, { recursive: true });
  writeFileSync(join(folder, "meta", "boot_id"), "boot\n");
  symlinkSync("S1", join(folder, "meta", "slaves", "latest"));
  file = join(slave, "tasks.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = () => new Checkpoint(folder, "boot").load();

test.each([
  ["empty", ""],
  ["half", JSON.stringify([task]).slice(0, -20)],
  ["null", "null"],
  ["no list", JSON.stringify(task)],
  ["numbers", "[1]"],
  ["empty tasks", "[{}]"],
  ["deep", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ["a task without an id", JSON.stringify([{ ...task, info: { ...task.info, task_id: {} } }])],
  [
    "a task with resources that are none",
    JSON.stringify([{ ...task, info: { ...task.info, resources: [1] } }]),
  ],
  ["a task of nobody", JSON.stringify([task, { ...task, framework: null }])],
])("damaged: %s", async (_, text) => {
  writeFileSync(file, text);
  expect(await load()).toEqual({ agentId: "S1", tasks: [], damaged: true });
});

test.each([
  ["nothing", () => {}, []],
  ["a folder in its place", () => mkdirSync(file), []],
  ["no task", () => writeFileSync(file, "[]"), []],
  ["a task", () => writeFileSync(file, JSON.stringify([task])), [task]],
])("not damaged: %s", async (_, make, tasks) => {
  make();
  expect(await load()).toEqual({ agentId: "S1", tasks, damaged: false });
});

test("what is written after it is whole again", async () => {
  writeFileSync(file, "{");
  const checkpoint = new Checkpoint(folder, "boot");
  await checkpoint.save(() => ({ agentId: "S1", tasks: [task] }));
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([task]);
  expect(await load()).toEqual({ agentId: "S1", tasks: [task], damaged: false });
});
