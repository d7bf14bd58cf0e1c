import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { markOf } from "../../../src/tools/process-mark.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

/** What the tool reads back of its own files may be anything. */
describe("the state of an embedded lab", () => {
  const lab = embeddedLab({ PATH: "/usr/bin:/bin" });
  const stateFile = join(lab.folder, "generated/mesos-lab/embedded/state.json");
  beforeAll(async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => lab.remove());

  const damaged: readonly [string, string][] = [
    ["empty", ""],
    ["half", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["without a launcher", '{"launcher":null}'],
    ["a group of processes", '{"launcher":{"pid":0,"startedAt":"0"},"services":{}}'],
    ["every process of the user", '{"launcher":{"pid":-1,"startedAt":"0"},"services":{}}'],
    ["init", `{"launcher":${JSON.stringify({ pid: 1, startedAt: "0" })},"services":{}}`],
    ["services that are none", '{"launcher":{"pid":4194304,"startedAt":"x"},"services":[1]}'],
    ["deep", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ];

  test.each(damaged)("that is %s is told, and stops no command", async (_, text) => {
    writeFileSync(stateFile, text);
    const status = await lab.run("status");
    expect(status).toMatchObject({ exitCode: 0 });
    expect(status.stdout).toContain("unknown: its state is damaged");
  });

  test("that names somebody else's process ends nothing but the lab", async () => {
    const other = spawn("sleep", ["600"], { detached: true });
    const exited = once(other, "exit");
    await once(other, "spawn");
    writeFileSync(stateFile, JSON.stringify({ launcher: markOf(other.pid as number), services: {} }));
    // In a group of its own, which a group of number 0 would be.
    const destroy = spawn(process.execPath, [inject("cli"), "destroy"], { cwd: lab.folder, detached: true });
    const [code, signal] = await once(destroy, "exit");
    expect([code, signal]).toEqual([0, null]);
    expect(lab.processes()).toEqual([]);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
    await exited;
  });

  test("that is damaged when the lab is destroyed leaves nothing of it", async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    writeFileSync(stateFile, '{"launcher":{"pid":0},"services":{}}');
    const destroyed = await lab.run("destroy");
    expect(destroyed).toMatchObject({ exitCode: 0 });
    expect(destroyed.stderr).toContain("its state was damaged: what ran was found by its mark");
    expect(lab.processes()).toEqual([]);
  });
});

describe("the plan of an embedded lab", () => {
  const lab = embeddedLab({ PATH: "/usr/bin:/bin" });
  const planFile = join(lab.folder, "generated/mesos-lab/embedded/plan.json");
  beforeAll(async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => lab.remove());

  test.each([
    ["empty", ""],
    ["half", '{"folder":"'],
    ["null", "null"],
    ["a list", "[]"],
    ["of a folder elsewhere", '{"folder":"/","stateFile":"/etc/passwd","services":[],"programs":[]}'],
    ["deep", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ])("that is %s is written anew by create, and stops no command before it", async (_, text) => {
    const whole = readFileSync(planFile, "utf8");
    writeFileSync(planFile, text);
    const status = await lab.run("status");
    expect(status).toMatchObject({ exitCode: 0 });
    expect(status.stderr).not.toContain("internal error");
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(readFileSync(planFile, "utf8"))).toEqual(JSON.parse(whole));
  });

  test("that is a folder is told with its path, and keeps nobody from removing the lab", async () => {
    rmSync(planFile);
    mkdirSync(planFile);
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 3 });
    expect(created.stderr).toContain("plan.json: illegal operation on a directory");
    expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
  });
});

describe("the record of a lab", () => {
  const lab = embeddedLab({ PATH: "/usr/bin:/bin" });
  const record = join(lab.folder, "generated/mesos-lab/lab.json");
  afterAll(() => lab.remove());

  test.each([
    ["empty", ""],
    ["half", '{"lab":'],
    ["another file", '{"lab":{"name":"mesos-lab"},"files":[]}'],
    ["of another version", '{"lab":{"machines":[]},"files":["a"]}'],
    ["with a path out of the folder", '{"lab":{"machines":[]},"files":["../../x"]}'],
  ])("that is %s is told with what writes it anew", async (_, text) => {
    expect(await lab.run("render")).toMatchObject({ exitCode: 0 });
    writeFileSync(record, text);
    for (const verb of ["status", "destroy"]) {
      const { exitCode, stderr } = await lab.run(verb);
      expect([verb, exitCode]).toEqual([verb, 2]);
      expect(stderr).toContain("lab.json is damaged");
      expect(stderr).toContain("npx mesos-lab render --name mesos-lab");
    }
    expect(await lab.run("render", "--name", "mesos-lab")).toMatchObject({ exitCode: 0 });
    expect(await lab.run("status")).toMatchObject({ exitCode: 0 });
  });

  test("that is a folder is told", async () => {
    rmSync(record, { force: true });
    mkdirSync(record);
    const { exitCode, stderr } = await lab.run("status");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("try: it is no plain file, remove it: rm -r");
    rmSync(record, { recursive: true });
  });
});
