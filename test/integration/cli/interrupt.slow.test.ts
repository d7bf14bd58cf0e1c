import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

describe.skipIf(noNetwork)(
  `interruptions (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test.each([
      ["vagrant", { FAKE_VAGRANT: "up-hangs" }],
      ["ansible", { FAKE_ANSIBLE: "hangs" }],
    ])("Ctrl-C: %s gets one SIGINT, is waited for, and a second create works", async (program, env) => {
      const desk = openDesk();
      const running = desk.start(["create"], env);
      await desk.called(`${program} hangs`);
      running.interrupt();
      await desk.called(`${program} got SIGINT`);
      // The impatient: it must not reach the program, which would give up its clean-up.
      running.interrupt();
      const { exitCode, stdout, stderr } = await running.outcome;
      expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
      expect(stderr).toContain("✖ interrupted while running ");
      expect(stderr).toContain("still cleaning up, please wait");
      const calls = desk.calls();
      expect(calls.filter((call) => call === `${program} got SIGINT`)).toHaveLength(1);
      expect(calls).toContain(`${program} has cleaned up`);
      expect(existsSync(desk.path("generated", "mesos-lab.lock"))).toBe(false);

      if (program === "vagrant") expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
    });

    test("two creates at once: the second is refused, with who is in the way; status names it too", async () => {
      const desk = openDesk();
      // What it was asked to do is noted without what a terminal would obey.
      const labFile = "\u202ex.yaml";
      writeFileSync(desk.path(labFile), "name: mesos-lab\n");
      const first = desk.start(["create", "--file", labFile], { FAKE_VAGRANT: "up-hangs" });
      await desk.called("vagrant hangs");
      const second = await desk.run(["create"]);
      expect(second).toMatchObject({ exitCode: 2, stdout: "" });
      expect(second.stderr).toContain(
        `✖ another mesos-lab command is working on ${desk.path("generated", "mesos-lab")}\n`,
      );
      expect(second.stderr).toContain("try: wait until it has ended");
      expect(second.stderr).toContain(`try: end it: kill -INT ${first.process.pid}\n`);
      const holder = `create --file ?x.yaml, process ${first.process.pid}, since `;
      expect(second.stderr).toContain(`  ${holder}`);
      const status = await desk.run(["status"]);
      expect(status.exitCode).toBe(0);
      expect(status.stdout).toContain(`at work on it: ${holder}`);
      // Its Vagrant is not left at work: it is.
      expect(status.stdout).not.toContain("an earlier run");
      first.interrupt();
      expect(await first.outcome).toMatchObject({ exitCode: 130 });
    });

    test("after kill -9 the lock is taken over at once", async () => {
      const desk = openDesk();
      const first = desk.start(["create"], { FAKE_VAGRANT: "up-hangs" });
      await desk.called("vagrant hangs");
      first.process.kill("SIGKILL");
      await first.outcome;
      // Vagrant outlives it, in a process group of its own: nobody may touch the lab yet.
      const orphan = Number(
        desk
          .calls()
          .find((call) => call.startsWith("vagrant hangs"))
          ?.split(" ")[2],
      );
      const lock = desk.path("generated", "mesos-lab.lock");
      expect(existsSync(lock)).toBe(true);
      process.kill(-orphan, "SIGKILL");
      expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
      expect(existsSync(lock)).toBe(false);
    });
  },
);
