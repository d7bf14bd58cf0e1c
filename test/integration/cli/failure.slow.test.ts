import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabNetwork, noNetwork, openEmptyNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

const failingAnsible = (message: string) => ({ FAKE_ANSIBLE: "fails", FAKE_ANSIBLE_MSG: message });

describe.skipIf(noNetwork)(
  `failures (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    let empty: LabNetwork;
    beforeAll(async () => {
      empty = await openEmptyNetwork();
    });
    afterAll(() => empty?.close());

    test("vagrant up: its last lines, the log, what is known to help, the command; the lab is left standing", async () => {
      const desk = openDesk();
      const { exitCode, stdout, stderr } = await desk.run(["create"], { FAKE_VAGRANT: "up-fails" });
      expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
      const lab = desk.path("generated", "mesos-lab");
      const error = stderr.slice(stderr.indexOf("✖ Vagrant could not"));
      expect(error).toContain("✖ Vagrant could not start the machines\n");
      expect(error).toContain("Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)");
      expect(error).toContain(`  log: ${lab}/logs/boot.log\n`);
      expect(error).toContain("  try: this host has no hardware virtualisation");
      expect(error).toContain(
        `  try: (cd ${lab} && VAGRANT_CHECKPOINT_DISABLE=1 vagrant up --provider=virtualbox --parallel --no-provision --no-destroy-on-error --no-color)\n`,
      );
      expect(stderr.split("Vagrant could not start the machines")).toHaveLength(2);
      expect(existsSync(`${lab}/.vagrant/machines/master/virtualbox/id`)).toBe(true);
      expect(existsSync(`${lab}.lock`)).toBe(false);
      expect(desk.calls().filter((call) => call.includes("site.yml"))).toEqual([]);

      // What was left goes on where it stopped.
      expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
    });

    test.each([
      ["bind: address already in use", "something else listens on that port of the machine"],
      ["Failed to update apt cache: E:Could not resolve", "the machine cannot reach its package mirror"],
      ["something that nobody has seen before", "(cd "],
    ])("ansible: %s", async (message, remedy) => {
      const desk = openDesk();
      const { exitCode, stderr } = await desk.run(["create"], failingAnsible(message));
      expect(exitCode).toBe(4);
      const lab = desk.path("generated", "mesos-lab");
      expect(stderr).toContain("✔ Mesos slave: 1 changed");
      expect(stderr).toMatch(/^✖ Marathon$/m);
      const error = stderr.slice(stderr.indexOf("✖ Ansible could not"));
      expect(error.split("\n")[0]).toBe('✖ Ansible could not finish "Run the ma container" on master');
      expect(error).toContain(`  master: Run the ma container: ${message}\n`);
      expect(error).toContain(`  log: ${lab}/logs/provision.log\n`);
      expect(error.split("\n").find((text) => text.startsWith("  try: "))).toContain(remedy);
      expect(error).toContain("ansible-playbook site.yml)\n");
      // The failing service's own last words, fetched with the machine's own key.
      expect(error).toContain("  ma on master printed last:\n    ran: sudo docker logs --tail 20 ma\n");
      const call = desk.calls().find((each) => each.startsWith("ssh"));
      expect(call).toContain(`<-i> <${lab}/.vagrant/machines/master/virtualbox/private_key>`);
      expect(call).toContain("<vagrant@192.168.33.18>");
      // Told once.
      expect(stderr.split("could not finish")).toHaveLength(2);
    });

    const none = "does not name one of them at the end";
    const one = "does not name that at the end";
    const unmatched = "it warned: Could not match supplied host pattern, ignoring:";
    test.each([
      ["left out slave", "left-out", "slave", "Ansible did not run on slave", [one, `${unmatched} slave\n`]],
      [
        "left out master",
        "left-out",
        "master",
        "Ansible did not run on master",
        [one, `${unmatched} master\n`],
      ],
      [
        "left out all",
        "left-out",
        "master slave",
        "Ansible ran on none of the machines",
        [none, `${unmatched} master slave\n`],
      ],
      ["told of no machine at its end", "recap-of", "", "Ansible ran on none of the machines", [none]],
      ["set up this host instead", "recap-of", "localhost", "Ansible ran on none of the machines", [none]],
      [
        "told of a machine of a similar name",
        "recap-of",
        "master slave-2",
        "Ansible did not run on slave",
        [one],
      ],
      ["ended before it told how it went", "no-recap", "", "Ansible ran on none of the machines", [none]],
    ])("ansible ends well and has %s", async (_, kind, names, headline, details) => {
      const desk = openDesk();
      const { exitCode, stdout, stderr } = await desk.run(["create"], {
        FAKE_ANSIBLE: kind,
        FAKE_ANSIBLE_MSG: names,
      });
      expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
      const error = stderr.slice(stderr.indexOf(`✖ ${headline}`));
      expect(error.split("\n")[0]).toBe(`✖ ${headline}`);
      for (const detail of details) expect(error).toContain(detail);
      expect(error).toContain(`  log: ${desk.path("generated", "mesos-lab")}/logs/provision.log\n`);
      expect(error).toContain("ansible-playbook site.yml)\n");
      expect(stderr).not.toContain("Verify");
      // Told once, and nothing of it counts as done: the next run starts Ansible.
      expect(stderr.split(headline)).toHaveLength(2);
      expect(existsSync(desk.path("generated", "mesos-lab", "left.json"))).toBe(false);
    });

    test("a machine that ansible does not reach, and that does not tell its last words either", async () => {
      const desk = openDesk();
      const { exitCode, stderr } = await desk.run(["create"], {
        FAKE_ANSIBLE: "unreachable",
        FAKE_SSH_EXIT: "255",
      });
      expect(exitCode).toBe(4);
      expect(stderr).toContain("master: Run the ma container: Failed to connect to the host via ssh");
      expect(stderr).toContain("the machine does not answer over SSH: npx mesos-lab status");
      expect(stderr).not.toContain("printed last");
    });

    test("--json: the failing part and one error at the end", async () => {
      const desk = openDesk();
      const { stdout, stderr } = await desk.run(
        ["create", "--json"],
        failingAnsible("port is already allocated"),
      );
      expect(stderr).toBe("");
      const events = stdout
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text));
      const failed = events.filter(({ state }) => state === "failed");
      expect(failed).toMatchObject([{ step: "provision", part: "marathon" }]);
      expect(events.filter(({ event }) => event === "error")).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({ event: "error", exitCode: 4 });
      expect(events.at(-1).details).toContainEqual(expect.stringContaining("ma on master printed last:"));
    });

    test("verify: what was expected, what was seen, exit 5", async () => {
      const desk = openDesk({ network: empty });
      await desk.run(["render"]);
      const { exitCode, stdout, stderr } = await desk.run(["verify", "--timeout", "1"]);
      expect(exitCode).toBe(5);
      expect(stdout).toContain("0 of 13 claims hold");
      expect(stdout).toMatch(/expected {2}.*\n {3}seen {6}.*connection refused/);
      expect(stderr).toContain("✖ 13 of 13 claims do not hold");
      expect(stderr).toContain("try: npx mesos-lab logs zookeeper");
    });
  },
);
