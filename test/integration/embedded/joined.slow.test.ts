import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seemsToHaveZookeeper } from "../../../src/machines/embedded/zookeeper.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

/** A lab that joins the Mesos of another: as somebody's Mesos, that one must be as before when the lab is gone. */

const host = embeddedLab();
const lab = embeddedLab();
const zk = `zk://${host.master}:2181/mesos`;
const possible = seemsToHaveZookeeper();

beforeAll(async () => {
  if (!possible) return;
  writeFileSync(
    join(lab.folder, "mesos-lab.yaml"),
    `runsOn: embedded
machines:
  - {name: master, ip: ${lab.master}, services: [zookeeper, marathon, bamboo, mesos-dns]}
`,
  );
  expect(await host.run("create")).toMatchObject({ exitCode: 0 });
  expect(await host.run("demo")).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await lab.remove();
  await host.remove();
});

interface Framework {
  readonly name: string;
  readonly active: boolean;
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

async function frameworks(): Promise<readonly Framework[]> {
  const state = await (await fetch(`http://${host.master}:5050/state.json`)).json();
  return (state as { frameworks: Framework[] }).frameworks;
}

const ownTasks = async () =>
  (await frameworks()).find(({ name }) => name === "marathon")?.tasks.map(({ id }) => id);

test.runIf(possible)(
  "no Mesos where it is said to be: what is there is told, and nothing is made",
  async () => {
    const wrongPath = await lab.run("create", "--mesos", `zk://${host.master}:2181/other`);
    expect(wrongPath.exitCode).toBe(3);
    expect(wrongPath.stderr).toContain(`no Mesos master leads at zk://${host.master}:2181/other`);
    expect(wrongPath.stderr).toMatch(/in this ZooKeeper: .*\/mesos/);
    const nobody = await lab.run("create", "--mesos", `zk://${lab.loopback(77)}:2181/mesos`);
    expect(nobody.exitCode).toBe(3);
    expect(nobody.stderr).toContain("connection refused");
    expect(lab.processes()).toEqual([]);
  },
);

test.runIf(possible)("it joins, and serves its own app from there", async () => {
  const before = await ownTasks();
  const created = await lab.run("create", "--mesos", zk, "--json");
  expect(created, created.stderr).toMatchObject({ exitCode: 0 });
  const { claims } = JSON.parse(created.stdout.trim().split("\n").at(-1) ?? "") as {
    claims: readonly { readonly id: string; readonly seen: string }[];
  };
  const seen = (name: string) => claims.find(({ id }) => id === `${name}@master`)?.seen;
  expect(seen("mesos-joined")).toContain(`leader master@${host.master}:5050, Mesos 0.24.1`);
  expect(seen("mesos-agents-active")).toBe(`active: ${host.slave}`);
  expect(seen("stack")).toContain(`on Mesos 0.24.1-mesos-lab-rehearsal at ${zk}`);
  expect(lab.processes().filter(({ command }) => /mesos-(master|slave)@/.test(command))).toEqual([]);
  const demo = await lab.run("demo");
  expect(demo, demo.stderr).toMatchObject({ exitCode: 0 });
  const { framework } = lab.lab().mesos?.found ?? { framework: "" };
  const joined = (await frameworks()).find(({ name }) => name === framework);
  expect(joined).toMatchObject({ active: true, tasks: [{ state: "TASK_RUNNING" }] });
  expect(await ownTasks()).toEqual(before);
  // The same again changes nothing, without the flag as with it.
  const again = await lab.run("create");
  expect(again, again.stderr).toMatchObject({ exitCode: 0 });
  expect(lab.lab().mesos?.found?.framework).toBe(framework);
});

test.runIf(possible)("its own things are drilled, and what is not its own is not", async () => {
  for (const drill of ["kill-task", "restart-marathon"]) {
    const { exitCode, stdout, stderr } = await lab.run("drill", drill);
    expect(exitCode, stdout + stderr).toBe(0);
  }
  for (const drill of ["restart-master", "restart-slave", "reboot-slave", "remove-container"]) {
    const { exitCode, stderr } = await lab.run("drill", drill);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${drill} would break what is not the lab's`);
    expect(stderr).toContain("npx mesos-lab drill kill-task");
  }
});

test.runIf(possible)("a lab stays on the Mesos that it has joined", async () => {
  const other = await lab.run("create", "--mesos", `zk://${host.master}:2181,${host.master}/mesos`);
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toContain(`is on the Mesos at ${zk}, and asked for is`);
});

test.runIf(possible)("destroyed, it leaves nothing there, and the other lab as it was", async () => {
  const before = await ownTasks();
  const destroyed = await lab.run("destroy");
  expect(destroyed, destroyed.stderr).toMatchObject({ exitCode: 0 });
  expect(destroyed.stderr).toContain("nothing is left");
  expect((await frameworks()).map(({ name }) => name)).toEqual(["marathon"]);
  expect(await ownTasks()).toEqual(before);
  expect(await host.run("verify")).toMatchObject({ exitCode: 0 });
});

test.runIf(possible)("a Mesos that is gone does not keep the lab from being destroyed", async () => {
  expect(await lab.run("create", "--mesos", zk)).toMatchObject({ exitCode: 0 });
  expect(await host.run("destroy")).toMatchObject({ exitCode: 0 });
  const destroyed = await lab.run("destroy");
  expect(destroyed, destroyed.stderr).toMatchObject({ exitCode: 0 });
  expect(destroyed.stderr).toMatch(/framework marathon-[0-9a-f]{6} stays in the Mesos at zk:/);
  expect(lab.processes()).toEqual([]);
});
