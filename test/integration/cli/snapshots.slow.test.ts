import { existsSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

/** What a run has asked of the stand-ins of Vagrant, Ansible and ssh. */
interface Asked {
  readonly saved: number;
  readonly restored: number;
  readonly booted: number;
  readonly playbooks: number;
  /** Of those that were told the time after they went back, the words they were told. */
  readonly told: readonly string[];
}

async function run(desk: Desk, verb: string, env: NodeJS.ProcessEnv = {}) {
  const before = desk.calls().length;
  const outcome = await desk.run([verb], env);
  const calls = desk.calls().slice(before);
  const count = (start: string) => calls.filter((call) => call.startsWith(start)).length;
  const asked: Asked = {
    saved: count("vagrant snapshot save"),
    restored: count("vagrant snapshot restore"),
    booted: count("vagrant up"),
    playbooks: count("ansible-playbook site.yml"),
    told: calls.flatMap((call) => / return \d+ ([\d. ]+)>$/.exec(call)?.[1] ?? []),
  };
  return { ...outcome, asked };
}

async function made(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
  const desk = openDesk();
  const created = await run(desk, "create", env);
  expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("13 of 13 claims hold") });
  return desk;
}

const note = (desk: Desk) => desk.path("generated/mesos-lab/fresh.json");
const anew = { restored: 0, playbooks: 1, told: [] };

describe.skipIf(noNetwork)(
  `reset by snapshots (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test("the machines go back to what the first create kept, as often as they are asked to", async () => {
      const desk = await made();
      for (const _ of [1, 2]) {
        const { exitCode, asked, stderr, stdout } = await run(desk, "reset");
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
        expect(stdout).toContain("13 of 13 claims hold");
        expect(asked).toMatchObject({ saved: 0, booted: 0, playbooks: 0 });
        expect(asked.restored).toBeGreaterThan(0);
        // Each machine ends its connections to the other one.
        expect(asked.told.toSorted()).toEqual(["192.168.33.18", "192.168.33.19"]);
        expect(stderr).toContain("✔ Take the machines back to their snapshots");
      }
    });

    test("a create that did not make the machines keeps nothing: what is stored may be somebody's", async () => {
      const desk = await made();
      rmSync(note(desk));
      expect((await run(desk, "create")).asked.saved).toBe(0);
      expect((await run(desk, "reset")).asked).toMatchObject(anew);
      // What was made anew has nothing stored.
      expect(existsSync(note(desk))).toBe(true);
    });

    test.each([
      [
        "a lab that is made of something else",
        (desk: Desk) => writeFileSync(desk.path("generated/mesos-lab/group_vars/own.yml"), ""),
      ],
      ["a damaged note", (desk: Desk) => writeFileSync(note(desk), "{")],
    ])("%s has no snapshots: all services are made anew, and kept", async (_, change) => {
      const desk = await made();
      change(desk);
      const { exitCode, asked } = await run(desk, "reset");
      expect({ exitCode, asked }).toMatchObject({ exitCode: 0, asked: anew });
      expect(asked.saved).toBeGreaterThan(0);
      expect((await run(desk, "reset")).asked).toMatchObject({ playbooks: 0 });
    });

    test("a provider that keeps none: create says why, and reset makes all services anew", async () => {
      const unable = { FAKE_VAGRANT: "save-fails" };
      const desk = openDesk();
      const created = await run(desk, "create", unable);
      expect(created).toMatchObject({ exitCode: 0 });
      expect(created.stderr).toMatch(
        /✔ Keep the machines .*: no snapshots: .*The disk does not know snapshots/,
      );
      expect(existsSync(note(desk))).toBe(false);
      expect(await run(desk, "reset", unable)).toMatchObject({ exitCode: 0, asked: anew });
    });

    test("snapshots that are gone, or cannot be gone back to: all services are made anew", async () => {
      const desk = await made();
      const { exitCode, asked, stderr } = await run(desk, "reset", { FAKE_VAGRANT: "restore-fails" });
      expect({ exitCode, asked }).toMatchObject({ exitCode: 0, asked: { playbooks: 1, told: [] } });
      expect(stderr).toMatch(/Take the machines back .*: no: .*The disk does not know snapshots.*made anew/);
      expect(asked.saved).toBeGreaterThan(0);
      rmSync(desk.path("generated/mesos-lab/.vagrant/machines/slave/virtualbox/mesos-lab-fresh"));
      const gone = await run(desk, "reset");
      expect(gone).toMatchObject({ exitCode: 0, asked: { playbooks: 1 } });
      expect(gone.stderr).toContain("The snapshot name 'mesos-lab-fresh' was not found");
    });

    test("one that was interrupted on the way makes all services anew the next time", async () => {
      const desk = await made();
      const reset = desk.start(["reset"], { FAKE_VAGRANT: "restore-hangs" });
      await desk.called("vagrant hangs");
      reset.interrupt();
      expect(await reset.outcome).toMatchObject({ exitCode: 130 });
      expect(await run(desk, "reset")).toMatchObject({ exitCode: 0, asked: anew });
    });
  },
);
