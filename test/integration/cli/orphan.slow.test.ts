import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { until } from "../../helpers/eventually.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

/** The tool is killed while Vagrant works: Vagrant goes on. */
describe.skipIf(noNetwork)(
  `a Vagrant that outlives the tool (${noNetwork ?? "in a network of its own"})`,
  () => {
    const orphaned = async () => {
      const desk = openDesk();
      const first = desk.start(["create"], { FAKE_VAGRANT: "up-hangs" });
      await desk.called("vagrant hangs");
      first.process.kill("SIGKILL");
      await first.outcome;
      const note = JSON.parse(readFileSync(desk.path("generated/mesos-lab/vagrant.json"), "utf8"));
      return { desk, pid: note[0].pid as number };
    };

    test("is waited for by create, named with what ends it, and gone on after", async () => {
      const { desk, pid } = await orphaned();
      const again = desk.start(["create"]);
      let told = "";
      // Listened to until the end: a reader that leaves ends the command.
      again.process.stderr?.on("data", (chunk) => {
        told += String(chunk);
      });
      await until("what is waited for", () => told.includes(`waiting for vagrant up, process ${pid}`));
      expect(told).toContain(`kill -INT ${pid}`);
      process.kill(-pid, "SIGINT");
      const { exitCode, stdout } = await again.outcome;
      expect(exitCode).toBe(0);
      expect(stdout).toContain("13 of 13 claims hold");
      expect(existsSync(desk.path("generated/mesos-lab/vagrant.json"))).toBe(false);
    });

    test("is ended by destroy, with the time to clean up that it needs", async () => {
      const { desk, pid } = await orphaned();
      const { exitCode, stderr } = await desk.run(["destroy", "--yes"]);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`ending vagrant up, process ${pid}`);
      expect(desk.calls()).toContain("vagrant got SIGINT");
      expect(existsSync(desk.path("generated"))).toBe(false);
    });
  },
);
