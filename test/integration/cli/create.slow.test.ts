import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { isInstalled } from "../../../src/tools/host.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

const vagrantCalls = (calls: readonly string[]) => calls.filter((call) => call.startsWith("vagrant"));
/** As many of Vagrant as have machines of their own, where it goes through them one after another. */
const machineShares = { length: Math.min(availableParallelism(), 2) };
const ansibleRuns = (calls: readonly string[]) =>
  calls.filter((call) => call.startsWith("ansible-playbook site.yml"));
/** The escape sequences of a text that end with one of some letters. */
const withEscape = (text: string, letters: string) =>
  text.match(new RegExp(`\\x1b\\[[\\d;]*${letters}`, "g")) ?? [];
const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, unknown>);

describe.skipIf(noNetwork)(
  `create on a lab that works (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test("the first boots, sets up and verifies; the second asks Vagrant nothing and changes nothing", async () => {
      const desk = openDesk();
      const first = await desk.run(["create"]);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.stdout).toContain("13 of 13 claims hold");
      expect(first.stdout).toContain("Marathon http://192.168.33.18:8080/");
      expect(first.stderr).toContain("✔ ZooKeeper: 1 changed");
      // Off a terminal there are plain lines.
      expect(stripVTControlCharacters(first.stdout + first.stderr)).toBe(first.stdout + first.stderr);
      // A play's first task begins before its line does, and must be told all the same.
      for (const play of ["engine", "container-note"])
        expect(first.stderr).toMatch(new RegExp(`^› ${play}: Run what .* needs$`, "m"));
      for (const [service, container] of Object.entries({ zookeeper: "zk", marathon: "ma", bamboo: "bam" }))
        expect(first.stderr).toMatch(new RegExp(`^› ${service}: Run the ${container} container$`, "m"));
      expect(first.stderr).toContain("› slave: Importing base box 'bento/ubuntu-20.04'...");
      const lab = desk.path("generated", "mesos-lab");
      expect(vagrantCalls(desk.calls())).toEqual([
        expect.stringMatching(/^vagrant status --machine-readable\t/),
        expect.stringContaining("vagrant --version\t"),
        `vagrant up --provider=virtualbox --parallel --no-provision --no-destroy-on-error --no-color\tcwd=${lab}\tcheckpoint=1`,
        // For the lock file.
        expect.stringContaining("vagrant --version\t"),
        ...Array.from(machineShares, () =>
          expect.stringMatching(/^vagrant snapshot save --force --no-color \/\S+\/ mesos-lab-fresh\t/),
        ),
      ]);
      expect(ansibleRuns(desk.calls())).toEqual([`ansible-playbook site.yml\tcwd=${lab}\tlocale=C.UTF-8`]);
      expect(readFileSync(`${lab}/logs/boot.log`, "utf8")).toContain("==> slave: Machine booted and ready!");
      expect(readFileSync(`${lab}/logs/provision.log`, "utf8")).toContain("PLAY RECAP");

      const written = statSync(`${lab}/Vagrantfile`).mtimeMs;
      const before = desk.calls().length;
      const second = await desk.run(["create"]);
      expect(second).toMatchObject({ exitCode: 0 });
      expect(second.stderr).toContain("✔ Check this host: the machines are running");
      expect(second.stderr).toMatch(/✔ Write .*: nothing to change/);
      expect(second.stderr).not.toMatch(/\d changed/);
      const calls = desk.calls().slice(before);
      expect(vagrantCalls(calls)).toEqual([]);
      expect(ansibleRuns(calls)).toHaveLength(1);
      expect(statSync(`${lab}/Vagrantfile`).mtimeMs).toBe(written);
      expect(existsSync(`${lab}.lock`)).toBe(false);
    });

    test("where all is as it was left, only claims are asked; what differs is named, and Ansible runs", async () => {
      const desk = openDesk();
      const look = desk.path("look");
      const told = { FAKE_LOOK: look };
      const machinesHave = (text: string) => writeFileSync(look, `${text}\nend of the look\n`);
      const create = async (...flags: string[]) => {
        const before = desk.calls().length;
        const { exitCode, stderr, stdout } = await desk.run(["create", ...flags], told);
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
        const calls = desk.calls().slice(before);
        return { stdout, stderr, ansible: ansibleRuns(calls).length, others: vagrantCalls(calls) };
      };
      machinesHave("all of it");
      expect((await create()).ansible).toBe(1);

      const again = await create();
      expect(again).toMatchObject({ ansible: 0, others: [] });
      expect(again.stderr).toContain(
        "Look whether all is as the last create left it: yes, and all 13 claims hold: Ansible is not needed",
      );
      expect(again.stdout).toContain("13 of 13 claims hold");
      expect((await create("--dry-run")).stdout.trim().split("\n")).toEqual([
        "all is as the last create left it: Ansible would not be started (--reapply starts it)",
        "npx mesos-lab verify --name mesos-lab",
      ]);
      expect((await create("--reapply")).ansible).toBe(1);

      machinesHave("something else");
      const changed = await create();
      expect(changed.ansible).toBe(1);
      expect(changed.stderr).toContain("no, something differs on master, slave");
      expect((await create()).ansible).toBe(0);

      // An answer that breaks off.
      writeFileSync(look, "something else\n");
      expect((await create()).ansible).toBe(1);
    });

    test("--json: one JSON object a line and nothing else", async () => {
      const desk = openDesk();
      const { exitCode, stdout, stderr } = await desk.run(["create", "--json"]);
      expect(exitCode).toBe(0);
      expect(stderr).toBe("");
      const told = events(stdout);
      const ended = told.filter(({ state }) => state === "done").map(({ step, part }) => part ?? step);
      expect(ended).toEqual([
        "preflight",
        "images",
        "write",
        "master",
        "slave",
        ...[
          "engine",
          "slave-host",
          "preflight",
          "container-look",
          "pull",
          "zookeeper",
          "mesos-master",
          "mesos-slave",
          "marathon",
          "bamboo",
          "container-note",
        ],
        "left",
        "verify",
        "lock",
        "snapshot",
      ]);
      expect(told.filter(({ event }) => event === "claim")).toHaveLength(13);
      expect(told.at(-1)).toMatchObject({ event: "result", lab: "mesos-lab", holds: true });
    });

    test("--dry-run prints commands that a shell can read, and does nothing", async () => {
      const desk = openDesk();
      const { exitCode, stdout } = await desk.run(["create", "--dry-run", "--box", "it's/a box"]);
      expect(exitCode).toBe(2);
      expect(stdout).toBe("");
      const good = await desk.run(["create", "--dry-run", "--memory", "1024", "--provider", "libvirt"]);
      expect(good).toMatchObject({ exitCode: 0, stderr: "" });
      const lab = desk.path("generated", "mesos-lab");
      expect(good.stdout.trimEnd().split("\n")).toEqual([
        "npx mesos-lab render --provider libvirt --memory 1024",
        `(cd ${lab} && VAGRANT_CHECKPOINT_DISABLE=1 vagrant up --provider=libvirt --parallel --no-provision --no-destroy-on-error --no-color)`,
        `(cd ${lab} && ANSIBLE_NOCOLOR=1 LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 ANSIBLE_CONFIG=${lab}/ansible.cfg ansible-playbook site.yml)`,
        "npx mesos-lab verify --name mesos-lab",
      ]);
      // Numbers stay as they are written.
      const numbers = await desk.run(["create", "--dry-run", "--box-version", "4.10", "--box=0x10"]);
      expect(numbers.stdout.split("\n")[0]).toBe(
        "npx mesos-lab render --box 0x10 --box-version 4.10 --provider virtualbox",
      );
      expect(desk.calls()).toEqual([]);
      expect(existsSync(desk.path("generated"))).toBe(false);
    });

    describe.skipIf(!isInstalled("script"))("on a terminal", () => {
      test("the display is live, hides nothing that stays, and the cursor is back at the end", async () => {
        const desk = openDesk();
        const { exitCode, stdout } = await desk.runOnTerminal(["create"]);
        expect(exitCode).toBe(0);
        expect(stdout).toContain("\u001b[?25l");
        expect(stdout.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\u001b[?25l"));
        const shown = stripVTControlCharacters(stdout);
        expect(shown).toContain("✔ Verify every claim over the network: all 13 claims hold");
        expect(shown.trimEnd()).toMatch(/HAProxy {2}http:\/\/192\.168\.33\.18\/$/);
        expect(shown).toContain("13 of 13 claims hold");
        // The verdict comes after the last redrawing and is whole.
        const verdict = stdout.slice(stdout.indexOf("claim  "));
        expect(withEscape(verdict, "[AKJG]")).toEqual([]);
      });

      test("NO_COLOR: no colours", async () => {
        const desk = openDesk();
        const { stdout } = await desk.runOnTerminal(["create"], { NO_COLOR: "1" });
        expect(stdout).toContain("13 of 13 claims hold");
        expect(withEscape(stdout, "m")).toEqual([]);
      });
    });

    test("a reader that goes early gets its line, and the rest is ended in order", async () => {
      const desk = openDesk();
      const running = desk.start(["create", "--json"], { FAKE_VAGRANT: "up-hangs" });
      running.process.stdout?.once("data", () => running.process.stdout?.destroy());
      const { exitCode, stderr } = await running.outcome;
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      // Where Vagrant was running already, it was interrupted and waited for.
      const calls = desk.calls();
      expect(calls.some((call) => call.startsWith("vagrant hangs"))).toBe(
        calls.includes("vagrant has cleaned up"),
      );
      expect(existsSync(desk.path("generated", "mesos-lab.lock"))).toBe(false);
    });

    test("status for a reader that goes early", async () => {
      const desk = openDesk();
      await desk.run(["render"]);
      const running = desk.start(["status"]);
      running.process.stdout?.once("data", () => running.process.stdout?.destroy());
      expect(await running.outcome).toMatchObject({ exitCode: 0, stderr: "" });
    });
  },
);
