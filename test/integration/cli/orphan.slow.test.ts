import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { markOf } from "../../../src/tools/process-mark.ts";
import { until } from "../../helpers/eventually.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

/** A tool that is killed while Vagrant works, and the Vagrant that goes on. */
async function orphaned(verb: readonly string[], hangs: string) {
  const desk = openDesk();
  if (verb[0] !== "create") expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
  const first = desk.start(verb, { FAKE_VAGRANT: hangs });
  // One for each share of the machines, where they are shut down.
  const count = verb[0] === "halt" ? Math.min(availableParallelism(), 2) : 1;
  const pids = await until("all are at work, and noted", () => {
    const hung = desk.calls().filter((call) => call.startsWith("vagrant hangs"));
    const noted = notedPids(desk);
    return hung.length === count && noted.length === count && noted;
  });
  first.process.kill("SIGKILL");
  await first.outcome;
  return { desk, pids };
}

function notedPids(desk: Desk): readonly number[] {
  try {
    const note = JSON.parse(readFileSync(desk.path("generated/mesos-lab/vagrant.json"), "utf8"));
    return note.map(({ pid }: { pid: number }) => pid);
  } catch {
    // Not there yet, or not whole.
    return [];
  }
}

/** Starts a command; `told` ends when it has said this. Listened to until the end: a reader that leaves ends it. */
function starts(desk: Desk, ...args: string[]) {
  const command = desk.start(args);
  let said = "";
  command.process.stderr?.on("data", (chunk) => {
    said += String(chunk);
  });
  return { ...command, told: (text: string) => until(text, () => said.includes(text)) };
}

const end = (pid: number) => process.kill(-pid, "SIGINT");
/** One that has ended is none, though nobody has fetched its exit code yet. */
const isAlive = (pid: number) => markOf(pid) !== undefined;

describe.skipIf(noNetwork)(
  `a Vagrant that outlives the tool (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test.each([
      ["create", "up-hangs", "create", "up"],
      ["create", "up-hangs-last", "create", "up"],
      ["create", "up-hangs-last", "up", "up"],
      ["create", "up-hangs-last", "reset", "up"],
      ["create", "up-hangs-last", "halt", "up"],
      // Its machines still answer: they are not taken for ones that run.
      ["halt", "halt-hangs", "create", "halt"],
      ["halt", "halt-hangs", "up", "halt"],
      ["destroy --yes", "destroy-hangs", "create", "destroy"],
    ])("of %s (%s) is waited for by %s, named with what ends it, and gone on after", async (...row) => {
      const [verb, hangs, next, action] = row;
      const { desk, pids } = await orphaned(verb.split(" "), hangs);
      const before = desk.calls().length;
      const again = starts(desk, next);
      // Several are waited for one after the other.
      for (const pid of pids) {
        await again.told(`waiting for vagrant ${action}, process ${pid}`);
        await again.told(`end it: kill -INT ${pid}`);
        expect(
          desk
            .calls()
            .slice(before)
            .filter((call) => /^vagrant (up|halt)/.test(call)),
        ).toEqual([]);
        end(pid);
      }
      expect(await again.outcome).toMatchObject({ exitCode: 0 });
      expect(desk.calls().slice(before)).toContainEqual(
        expect.stringMatching(next === "halt" ? /^vagrant halt/ : /^vagrant up/),
      );
      expect(existsSync(desk.path("generated/mesos-lab/vagrant.json"))).toBe(false);
    });

    test.each([
      ["create", "up-hangs", "up"],
      ["halt", "halt-hangs", "halt"],
      ["destroy --yes", "destroy-hangs", "destroy"],
    ])(
      "of %s (%s) is ended by destroy, with the time to clean up that it needs",
      async (verb, hangs, action) => {
        const { desk, pids } = await orphaned(verb.split(" "), hangs);
        const { exitCode, stderr } = await desk.run(["destroy", "--yes"]);
        expect(exitCode).toBe(0);
        for (const pid of pids) expect(stderr).toContain(`ending vagrant ${action}, process ${pid}`);
        expect(desk.calls().filter((call) => call === "vagrant got SIGINT")).toHaveLength(pids.length);
        expect(existsSync(desk.path("generated"))).toBe(false);
      },
    );

    test("that is deaf to an interrupt is killed by destroy in the end", async () => {
      const { desk, pids } = await orphaned(["create"], "up-hangs-deaf");
      expect(await desk.run(["destroy", "--yes"])).toMatchObject({ exitCode: 0 });
      expect(pids.filter(isAlive)).toEqual([]);
      expect(desk.calls()).not.toContain("vagrant got SIGINT");
      expect(existsSync(desk.path("generated"))).toBe(false);
    });

    test("is named by status, and lives on when whoever waits for it is interrupted", async () => {
      const { desk, pids } = await orphaned(["create"], "up-hangs");
      const [pid = 0] = pids;
      const again = starts(desk, "create");
      await again.told(`waiting for vagrant up, process ${pid}`);
      again.interrupt();
      const { exitCode, stderr } = await again.outcome;
      expect(exitCode).toBe(130);
      expect(stderr).toContain(`✖ interrupted while waiting for vagrant up, process ${pid}`);
      expect(isAlive(pid)).toBe(true);
      expect(desk.calls()).not.toContain("vagrant got SIGINT");

      const left = `vagrant up, process ${pid}, at work since `;
      const { stdout } = await desk.run(["status"]);
      expect(stdout).toContain(`an earlier run has left at work: ${left}`);
      expect(stdout).toContain(`(end it: kill -INT ${pid})\n`);
      const told = JSON.parse((await desk.run(["status", "--json"])).stdout);
      expect(told.leftAtWork).toContain(left);
      end(pid);
      await until("it is gone", () => !isAlive(pid));
      expect((await desk.run(["status"])).stdout).not.toContain("an earlier run");
    });
  },
);
