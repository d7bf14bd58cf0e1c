import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
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
      return { desk, pid: note.pid as number };
    };

    test("is waited for by create, named with what ends it, and gone on after", async () => {
      const { desk, pid } = await orphaned();
      const again = desk.start(["create"]);
      let told = "";
      for await (const chunk of again.process.stderr as NodeJS.ReadableStream) {
        told += String(chunk);
        if (told.includes(`waiting for vagrant up, process ${pid}`)) break;
      }
      expect(told).toContain(`kill -INT ${pid}`);
      process.kill(-pid, "SIGINT");
      again.process.stderr?.resume();
      expect((await again.outcome).exitCode).toBe(0);
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
