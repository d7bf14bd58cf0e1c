import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

describe.skipIf(noNetwork)(
  `the life of a lab (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    const destroys = (desk: Desk) =>
      desk.calls().filter((call) => call.startsWith("vagrant destroy --force"));

    test("without a lab every command says so and what to do", async () => {
      const desk = openDesk();
      for (const args of [["destroy"], ["logs", "zookeeper"]]) {
        const { exitCode, stdout, stderr } = await desk.run(args);
        expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: "" });
        expect(stderr).toBe(
          `✖ there is no lab "mesos-lab" here (${desk.path("generated", "mesos-lab")})\n  try: npx mesos-lab create\n  error: lab-missing\n`,
        );
      }
      expect(readdirSync(desk.folder)).toEqual([]);
    });

    test("a lab that was only rendered", async () => {
      const desk = openDesk();
      expect(await desk.run(["render"])).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("files written"),
      });
      expect((await desk.run(["status"])).stdout).toMatch(/master +192\.168\.33\.18 +not_created/);
      for (const args of [["ssh", "master"], ["up"]]) {
        const { exitCode, stderr } = await desk.run(args);
        expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
        expect(stderr).toContain('✖ machine "master" has not been made yet\n  try: npx mesos-lab create');
      }
      expect(await desk.run(["destroy"])).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(/nothing is left of lab "mesos-lab"\n$/),
      });
      expect(destroys(desk)).toEqual([]);
      expect(readdirSync(desk.folder)).toEqual([]);
    });

    test("a half-made lab, its Vagrantfile gone and its lab file broken: destroy leaves nothing", async () => {
      const desk = openDesk();
      writeFileSync(desk.path("mesos-lab.yaml"), "name: half\n");
      expect(await desk.run(["create"], { FAKE_VAGRANT: "up-fails" })).toMatchObject({ exitCode: 4 });
      writeFileSync(desk.path("mesos-lab.yaml"), "name: [\n");
      rmSync(desk.path("generated", "half", "Vagrantfile"));
      const { stdout } = await desk.run(["status"], { FAKE_VAGRANT: "status-fails" });
      expect(stdout).toMatch(/master +192\.168\.33\.18 +unknown: vagrant failed with exit code 1/);
      const { exitCode, stderr } = await desk.run(["destroy", "--yes"]);
      expect({ exitCode, last: stderr.trimEnd().split("\n").at(-1) }).toEqual({
        exitCode: 0,
        last: 'nothing is left of lab "half"',
      });
      expect(destroys(desk)).toHaveLength(1);
      expect(readdirSync(desk.folder)).toEqual(["mesos-lab.yaml"]);
    });

    test("a machine that the edited lab file no longer has is not forgotten", async () => {
      const desk = openDesk();
      expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
      writeFileSync(
        desk.path("mesos-lab.yaml"),
        `machines:
  - { name: solo, ip: 192.168.33.18, services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo] }
`,
      );
      for (const verb of ["create", "render"]) {
        const { exitCode, stderr } = await desk.run([verb]);
        expect(exitCode).toBe(2);
        expect(stderr).toContain(
          '✖ lab "mesos-lab" has machines that it would lose: master (virtualbox), slave (virtualbox)',
        );
        expect(stderr).toContain("npx mesos-lab destroy --name mesos-lab");
      }
      expect(await desk.run(["destroy", "--yes"])).toMatchObject({ exitCode: 0 });
      expect(existsSync(desk.path("generated"))).toBe(false);
    });

    test("what others put into the folder survives and is named", async () => {
      const desk = openDesk();
      const mine = ["generated/mesos-lab/notes.txt", "generated/mesos-lab/playbooks/mine.yml"];
      await desk.run(["render"]);
      for (const path of mine) writeFileSync(desk.path(path), "mine\n");
      const { exitCode, stderr } = await desk.run(["destroy"]);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(
        `not made by mesos-lab, so left in ${desk.path("generated", "mesos-lab")}: notes.txt, playbooks/mine.yml\n`,
      );
      expect(readdirSync(desk.path("generated", "mesos-lab", "playbooks"))).toEqual(["mine.yml"]);
    });

    test("a destroy that fails keeps the lab, so that it can be tried again", async () => {
      const desk = openDesk();
      await desk.run(["create"]);
      const { exitCode, stderr } = await desk.run(["destroy", "--yes"], { FAKE_VAGRANT: "destroy-fails" });
      expect(exitCode).toBe(4);
      expect(stderr).toContain("VBoxManage: error: The machine is locked");
      expect(existsSync(desk.path("generated", "mesos-lab", "lab.json"))).toBe(true);
    });

    test("destroy asks before machines are lost; without a terminal it wants --yes", async () => {
      const desk = openDesk();
      await desk.run(["create"]);
      const remedy = "try: npx mesos-lab destroy --yes --name mesos-lab";
      for (const flag of [[], ["--json"]]) {
        const { exitCode, stdout, stderr } = await desk.run(["destroy", ...flag]);
        expect(exitCode).toBe(2);
        expect(stdout + stderr).toContain(
          "nothing was destroyed: there is no terminal to ask at, and no --yes",
        );
        expect(stdout + stderr).toContain("machines master, slave of lab");
        if (flag.length === 0) expect(stderr).toContain(remedy);
      }
      const question = 'Destroy the machines master, slave of lab "mesos-lab"? [y/N]';
      for (const typed of ["n\r", "\r", "\u0004"]) {
        const { exitCode, stdout } = await desk.answerOnTerminal(["destroy"], question, typed);
        expect({ typed, exitCode }).toEqual({ typed, exitCode: 2 });
        expect(stdout).toContain("nothing was destroyed: as you said");
      }
      expect(await desk.answerOnTerminal(["destroy"], question, "\u0003")).toMatchObject({ exitCode: 130 });
      expect(destroys(desk)).toEqual([]);
      const { exitCode, stdout } = await desk.answerOnTerminal(["destroy"], question, "y\r");
      expect({ exitCode, calls: destroys(desk).length }).toEqual({ exitCode: 0, calls: 1 });
      expect(stdout).toContain('nothing is left of lab "mesos-lab"');
      expect(existsSync(desk.path("generated"))).toBe(false);
    });

    test("a damaged record is said, and mended by render", async () => {
      const desk = openDesk();
      mkdirSync(desk.path("generated", "mesos-lab"), { recursive: true });
      writeFileSync(desk.path("generated", "mesos-lab", "lab.json"), '{"lab":');
      const { exitCode, stderr } = await desk.run(["destroy"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        "lab.json is damaged\n  try: write it anew: npx mesos-lab render --name mesos-lab",
      );
      expect(await desk.run(["render", "--name", "mesos-lab"])).toMatchObject({ exitCode: 0 });
    });

    test("--file means that file's lab, also where there is only another one", async () => {
      const desk = openDesk();
      await desk.run(["render"]);
      writeFileSync(desk.path("other.yaml"), "name: other\n");
      const { exitCode, stderr } = await desk.run(["destroy", "--file", "other.yaml"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('there is no lab "other" here');
      await desk.run(["render", "--file", "other.yaml"]);
      const several = await desk.run(["status"]);
      expect(several).toMatchObject({ exitCode: 2, stdout: "" });
      expect(several.stderr).toContain("labs here: mesos-lab, other\n  try: --name mesos-lab");
    });

    test("ssh, logs, halt and up on a lab that is there", async () => {
      const desk = openDesk();
      await desk.run(["create"]);
      const ssh = await desk.run(["ssh", "slave", "--", "sh", "-c", "exit 7"], { FAKE_SSH_EXIT: "7" });
      expect(ssh).toEqual({ exitCode: 7, stdout: "ran: sh -c 'exit 7'\n", stderr: "" });
      const logs = await desk.run(["logs", "mesos-slave", "--tail", "5"]);
      expect(logs).toEqual({ exitCode: 0, stdout: "ran: sudo docker logs --tail 5 ms1\n", stderr: "" });
      expect((await desk.run(["logs", "ma", "-f"])).stdout).toBe(
        "ran: sudo docker logs --follow --tail 200 ma\n",
      );
      for (const [args, sentence] of [
        [["ssh", "slav"], '✖ there is no machine "slav", did you mean "slave"?'],
        [["logs", "zokeeper"], '✖ there is no service "zokeeper", did you mean "zookeeper"?'],
      ] as const) {
        const { exitCode, stderr } = await desk.run(args);
        expect({ exitCode, first: stderr.split("\n")[0] }).toEqual({ exitCode: 2, first: sentence });
      }
      expect(await desk.run(["halt"])).toMatchObject({ exitCode: 0 });
      // By as many of Vagrant at once as there are processors, each machine by one of them.
      const halted = desk
        .calls()
        .flatMap((call) => /^vagrant halt --no-color ([^\t]+)/.exec(call)?.[1]?.split(" ") ?? []);
      expect(halted.sort()).toEqual(["master", "slave"]);
      const up = await desk.run(["up"]);
      expect(up).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("13 of 13 claims hold") });
    });
  },
);
