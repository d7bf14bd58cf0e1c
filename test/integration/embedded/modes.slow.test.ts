import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("what an embedded lab keeps is for nobody else, also where its user hides nothing", () => {
  const lab = embeddedLab();
  const home = join(lab.folder, "generated/mesos-lab/embedded");
  beforeAll(async () => {
    lab.enter.push("/bin/sh", "-c", 'umask 0; exec "$@"', "sh");
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => lab.remove());

  test.each([
    [".", "700"],
    ["logs", "700"],
    ["master", "700"],
    ["slave", "700"],
    ["plan.json", "600"],
    ["state.json", "600"],
    ["store.jsonl", "600"],
    ["master/boot_id", "600"],
    ["slave/boot_id", "600"],
  ])("%s: %s", (path, mode) => {
    expect(modeOf(join(home, path))).toBe(mode);
  });

  test("every log: 600", () => {
    const logs = readdirSync(join(home, "logs"));
    expect(logs).toContain("launcher.log");
    expect(logs.length).toBeGreaterThanOrEqual(5);
    for (const log of logs) expect([log, modeOf(join(home, "logs", log))]).toEqual([log, "600"]);
  });

  test("a lab of an earlier version, whose folder was open, is closed by the next create", async () => {
    expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
    chmodSync(home, 0o755);
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    expect(modeOf(home)).toBe("700");
  });
});

describe.skipIf(noNetwork)(`while a command works (${noNetwork ?? "in a network of its own"})`, () => {
  test("its notes on itself and on Vagrant, and its logs, are for nobody else", async () => {
    const desk = openDesk();
    const running = desk.start(["create"], { FAKE_VAGRANT: "up-hangs" });
    await desk.called("vagrant hangs");
    for (const [path, mode] of [
      ["mesos-lab.lock.json", "600"],
      ["mesos-lab/vagrant.json", "600"],
      ["mesos-lab/logs", "700"],
    ] as const)
      expect([path, modeOf(desk.path("generated", path))]).toEqual([path, mode]);
    running.interrupt();
    expect(await running.outcome).toMatchObject({ exitCode: 130 });
  });
});
