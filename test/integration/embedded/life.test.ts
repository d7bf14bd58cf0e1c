import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isWelcomePage } from "../../../src/lab/demo.ts";
import { embeddedLab, post, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";
import { noZooKeeper } from "../../helpers/zookeeper-server.ts";

const lab = embeddedLab();
afterAll(() => lab.remove());

const marathon = `http://${lab.master}:8080`;
const isServed = async (url: string) => {
  const answer = await fetch(url);
  if (!isWelcomePage(await answer.text(), answer.status)) throw new Error(`${url} answers ${answer.status}`);
};

test("create, the tutorial's lesson, halt, up, reset, destroy: each leaves what it says", async () => {
  const first = await lab.run("create");
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toContain(noZooKeeper ? "12 of 12 claims hold" : "13 of 13 claims hold");
  expect(first.stdout).toContain(`Marathon ${marathon}/`);
  expect(lab.lab()).toMatchObject({ stack: "rehearsal", runs: { kind: "embedded" } });

  // Its state, logs and sandboxes are for nobody else.
  expect(statSync(join(lab.folder, "generated/mesos-lab/embedded")).mode & 0o777).toBe(0o700);

  // A second one finds what runs and touches nothing.
  const before = lab.state();
  expect((await lab.run("create")).stderr).toContain("the lab's processes are running");
  expect(lab.state()).toEqual(before);

  // The tutorial's own words, with the address replaced.
  const answer = execFileSync("/bin/sh", ["-c", tutorialCurl(lab.master)], { encoding: "utf8" });
  expect(JSON.parse(answer)).toMatchObject({
    id: "/tomcat",
    instances: 1,
    cpus: 0.5,
    mem: 200,
    tasksStaged: 0,
  });
  const [task] = await eventually(async () => {
    const tasks = await runningTasks(marathon);
    expect(tasks).toHaveLength(1);
    return tasks;
  });
  const bamboo = `http://${lab.master}:${lab.lab().ports.bamboo}`;
  expect(await post(`${bamboo}/api/services`, { id: "/tomcat", acl: "path_beg -i /" })).toMatchObject({
    status: 200,
  });
  const { ports } = lab.lab().machines[0] ?? {};
  const front = `http://${lab.master}:${ports?.haproxy ?? 80}/`;
  await eventually(() => isServed(front));

  await fetch(`${marathon}/v2/apps/tomcat/tasks/${task?.id}`, { method: "DELETE" });
  await eventually(async () => {
    const [next] = await runningTasks(marathon);
    expect(next?.id).toMatch(/^tomcat\./);
    expect(next?.id).not.toBe(task?.id);
  });
  await eventually(() => isServed(front));

  const status = await lab.run("status");
  expect(status.stdout).toContain(
    `embedded: processes on loopback, ${noZooKeeper ? "a store in their launcher for ZooKeeper" : "this host's ZooKeeper"},`,
  );
  expect(status.stdout).toMatch(/master +127\.[\d.]+18 +running/);
  expect((await lab.run("logs", "marathon", "--tail", "50")).stdout).toContain("marathon: elected");
  expect(await lab.run("ssh", "slave")).toMatchObject({ exitCode: 2 });

  expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
  expect(lab.processes()).toEqual([]);
  expect((await lab.run("status")).stdout).toMatch(/slave +127\.[\d.]+19 +stopped/);

  // The app and its rule are kept, as ZooKeeper keeps them.
  expect(await lab.run("up")).toMatchObject({ exitCode: 0 });
  await eventually(() => isServed(front));

  // From a lab that runs, and from one that does not.
  for (const before of ["status", "halt"]) {
    expect(await lab.run(before)).toMatchObject({ exitCode: 0 });
    expect(await lab.run("reset")).toMatchObject({ exitCode: 0 });
    expect(await (await fetch(`${marathon}/v2/apps`)).json()).toEqual({ apps: [] });
    expect(await (await fetch(`${bamboo}/api/services`)).json()).toEqual({});
  }

  expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
  expect(lab.processes()).toEqual([]);
  expect(existsSync(join(lab.folder, "generated"))).toBe(false);
});

function tutorialCurl(master: string): string {
  return `curl -s -X POST http://${master}:8080/v2/apps \\
    -H "Content-type: application/json" \\
    -d '{"cpus":0.5,"mem":200,"disk":0,"instances":1,"id":"tomcat", 
    "container":{"docker":{"image":"tomcat","network":"BRIDGE","portMappings": 
    [{"containerPort":8080,"hostPort":0,"servicePort":0,"protocol":"tcp"}]}}}'`;
}
