import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { type LabNetwork, noNetwork, openEmptyNetwork } from "../../helpers/lab-network.ts";
import { noZooKeeper } from "../../helpers/zookeeper-server.ts";

/** As on macOS, where the rest of 127.0.0.0/8 has to be made by hand. */
const onlyOne = "ip addr del 127.0.0.1/8 dev lo; ip addr add 127.0.0.1/32 dev lo";

describe.skipIf(noNetwork !== undefined)(`a system with 127.0.0.1 only (${noNetwork ?? "made here"})`, () => {
  const lab = embeddedLab();
  let network: LabNetwork | undefined;
  beforeAll(async () => {
    network = await openEmptyNetwork(onlyOne);
    const second = `  - {name: second, ip: ${lab.loopback(20)}, services: [mesos-slave]}\n`;
    appendFileSync(join(lab.folder, "mesos-lab.yaml"), second);
    lab.enter.push(...network.enter);
  });
  afterAll(async () => {
    await lab.remove();
    await network?.close();
  });

  test("all of the lab is there, at ports of their own: create, verify, demo, drill, destroy", async () => {
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 0 });
    expect(created.stderr).toContain("second: mesosSlave 5052 instead of 5051");
    expect(lab.lab().machines.map(({ ip, ports }) => [ip, ports?.mesosSlave])).toEqual([
      ["127.0.0.1", undefined],
      ["127.0.0.1", undefined],
      ["127.0.0.1", 5052],
    ]);
    if (noZooKeeper === undefined) expect(created.stdout).toMatch(/✔ +ZooKeeper serves/);
    expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
    expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
    const drilled = await lab.run("drill", "kill-task", "--settle", "1");
    expect(drilled).toMatchObject({ exitCode: 0 });
    expect(drilled.stdout).toMatch(/tasks: 127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+/);
    expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
  });
});
