import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askZookeeper } from "../../../src/probes/zookeeper.ts";
import { openZooKeeperStore } from "../../../src/rehearsal/store/zookeeper-store.ts";
import { embeddedLab, post } from "../../helpers/embedded-lab.ts";
import { eventually, patienceMs } from "../../helpers/eventually.ts";
import { noZooKeeper } from "../../helpers/zookeeper-server.ts";

const id = "zookeeper@master";

describe.skipIf(noZooKeeper !== undefined)(`this host's ZooKeeper (${noZooKeeper ?? "is there"})`, () => {
  const lab = embeddedLab();
  const marathon = `http://${lab.master}:8080`;
  const server = { host: lab.master, port: 2181 };
  const ask = () => askZookeeper(server, { signal: new AbortController().signal, timeoutMs: patienceMs });
  const pid = () => lab.state().services[id]?.process?.pid ?? 0;
  const javas = () => lab.processes().filter(({ command }) => command.startsWith("java "));
  const appNames = async () => {
    const { apps } = (await (await fetch(`${marathon}/v2/apps`)).json()) as { apps: { id: string }[] };
    return apps.map((app) => app.id);
  };

  beforeAll(async () => {
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 0 });
    expect(created.stdout).toMatch(/✔ +ZooKeeper serves +master +Mode: standalone/);
    expect(created.stdout).not.toContain("not part of an embedded lab");
    const app = { id: "kept", cmd: "exec sleep 4712", cpus: 0.1, mem: 16, instances: 1 };
    expect(await post(`${marathon}/v2/apps`, app)).toMatchObject({ status: 201 });
  });
  afterAll(() => lab.remove());

  test("has what Mesos and Marathon keep, and only on loopback", async () => {
    expect(await ask()).toMatchObject({ mode: "standalone" });
    const store = await openZooKeeperStore(`${server.host}:${server.port}`);
    // A master puts its replica of the registry beside what it is elected by.
    expect((await store.children("/mesos")).sort()).toEqual([
      expect.stringMatching(/^json\.info_\d{10}$/),
      "log_replicas",
    ]);
    expect(await store.children("/marathon")).toContain("leader");
    await store.close();
    expect((await lab.run("logs", "zookeeper", "--tail", "100000")).stdout).toContain(
      `binding to port /${lab.master}:2181`,
    );
  });

  test("is found by a second create, and started again when it is killed", async () => {
    const before = lab.state();
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    expect(lab.state()).toEqual(before);
    const killed = pid();
    process.kill(killed, "SIGKILL");
    await eventually(() => {
      expect(lab.state().services[id]).toMatchObject({ ready: true });
      expect(pid()).not.toBe(killed);
    });
    expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
  });

  test("ends with a killed launcher, and has the apps when it is back", async () => {
    process.kill(lab.state().launcher.pid, "SIGKILL");
    await eventually(() => expect(javas()).toEqual([]));
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    expect(await appNames()).toEqual(["/kept"]);
  });

  test("halt ends it, up starts it with all that it had, destroy leaves nothing", async () => {
    expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
    expect(await lab.run("up")).toMatchObject({ exitCode: 0 });
    expect(await appNames()).toEqual(["/kept"]);
    expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
  });
});

describe.skipIf(noZooKeeper !== undefined)("a Java that does not run it", () => {
  const lab = embeddedLab();
  afterAll(() => lab.remove());

  test("is said aloud, and the lab has its own store", async () => {
    const bin = join(lab.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "java"), "#!/bin/sh\necho 'UnsupportedClassVersionError: 55.0' >&2\nexit 1\n");
    chmodSync(join(bin, "java"), 0o755);
    lab.env.PATH = `${bin}:${process.env.PATH}`;
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 0 });
    expect(created.stderr).toContain(
      "a store in the launcher instead of this host's ZooKeeper: java ends with 1: UnsupportedClassVersionError: 55.0",
    );
    expect(created.stdout).toContain("12 of 12 claims hold");
  });
});
