import { existsSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabNetwork, noNetwork, openEmptyNetwork } from "../../helpers/lab-network.ts";
import { allPrograms, openDesk, type Program } from "../../helpers/run-cli.ts";

const without = (...programs: Program[]) => allPrograms.filter((program) => !programs.includes(program));

describe.skipIf(noNetwork)(
  `a host that is not ready (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    let network: LabNetwork;
    beforeAll(async () => {
      network = await openEmptyNetwork();
    });
    afterAll(() => network?.close());

    interface Case {
      readonly programs?: readonly Program[];
      readonly args?: readonly string[];
      readonly env?: NodeJS.ProcessEnv;
      readonly says: readonly (string | RegExp)[];
    }

    test.each<[string, Case]>([
      [
        "too little memory",
        {
          args: ["--memory", "999999"],
          says: [
            /✖ the machines need 2000254 MiB of memory and the host has \d+ MiB available/,
            "--memory 1024",
          ],
        },
      ],
      [
        "everything at once",
        {
          programs: ["virsh"],
          args: ["--provider", "libvirt", "--memory", "999999", "--ansible", "host"],
          env: { FAKE_VIRSH: "silent" },
          says: [
            "✖ this host is not ready: 5 problems",
            "• Vagrant is not installed",
            "• ansible-playbook is not installed",
            "• ssh is not installed",
            "• libvirt does not answer",
            "• the machines need",
            "→ install Ansible:",
          ],
        },
      ],
    ])("%s", async (_, { programs = allPrograms, args = [], env = {}, says }) => {
      const desk = openDesk({ network, programs });
      const { exitCode, stdout, stderr } = await desk.run(["create", ...args], env);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
      for (const text of says) expect(stderr).toMatch(text);
      expect(existsSync(desk.path("generated"))).toBe(false);
      expect(desk.calls().filter((call) => /^vagrant up|site\.yml/.test(call))).toEqual([]);
    });

    test.skipIf(existsSync("/etc/vbox/networks.conf"))(
      "host-only addresses that VirtualBox refuses (skipped where networks.conf says otherwise)",
      async () => {
        const desk = openDesk({ network });
        const { exitCode, stderr } = await desk.run(["create"], { FAKE_VBOX_VERSION: "7.0.14r161095" });
        expect(exitCode).toBe(3);
        expect(stderr).toContain("✖ VirtualBox 7.0.14 refuses host-only addresses such as 192.168.33.18");
        expect(stderr).toContain("echo '* 192.168.33.0/24' | sudo tee -a /etc/vbox/networks.conf");
      },
    );

    test("a host that has an address of the lab's network on an interface of its own", async () => {
      const own = await openEmptyNetwork("ip addr add 10.77.0.1/24 dev lo");
      try {
        const desk = openDesk({ network: own });
        const args = ["create", "--master-ip", "10.77.0.18", "--slave-ip", "10.77.0.19"];
        const { exitCode, stderr } = await desk.run(args);
        expect(exitCode).toBe(3);
        expect(stderr).toContain(
          "✖ the host's interface lo has 10.77.0.1, in the lab's network 10.77.0.0/24",
        );
      } finally {
        await own.close();
      }
    });

    test("--json tells the same as one event", async () => {
      const desk = openDesk({ network, programs: without("vagrant", "ansible-playbook") });
      const { exitCode, stdout, stderr } = await desk.run(["create", "--ansible", "host", "--json"]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
      const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
      expect(last).toMatchObject({
        event: "error",
        exitCode: 3,
        message: "this host is not ready: 2 problems",
      });
      expect(last.details).toHaveLength(2);
    });

    test("a lab file with six mistakes: six messages with their places, nothing written", async () => {
      const desk = openDesk({ network });
      writeFileSync(
        desk.path("mesos-lab.yaml"),
        `name: My Lab
stack: classical
provider: virtualbocks
machines:
  - { name: m, ip: 192.168.33.300, services: [zookeper, mesos-master, mesos-slave, marathon] }
ports: { marathon: 99999 }
`,
      );
      const { exitCode, stdout, stderr } = await desk.run(["create"]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      const lines = stderr.split("\n").filter((text) => /^ {2}mesos-lab\.yaml:\d+:\d+: /.test(text));
      expect(lines).toHaveLength(6);
      expect(lines[1]).toMatch(/mesos-lab.yaml:2:8: .*"classical".*classic/);
      expect(desk.calls()).toEqual([]);
      expect(existsSync(desk.path("generated"))).toBe(false);
    });

    test("where nothing can be written it says so", async () => {
      const desk = openDesk({ network });
      writeFileSync(desk.path("generated"), "a file, not a folder");
      const { exitCode, stderr } = await desk.run(["create"]);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/generated: file already exists|generated.*: not a directory/);
      expect(stderr).not.toContain("internal error");
    });

    test("a lab file that is a folder", async () => {
      const desk = openDesk({ network });
      const { exitCode, stderr } = await desk.run(["render", "--file", "."]);
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain("internal error");
    });
  },
);
