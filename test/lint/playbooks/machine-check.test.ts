import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitMessage } from "../../../src/machines/docker-ssh/known-failures.ts";
import { parseAnsibleLine } from "../../../src/tools/ansible.ts";
import { run } from "../../../src/tools/exec.ts";
import { isInstalled } from "../../../src/tools/host.ts";
import { missing } from "../../helpers/missing.ts";

const noAnsible = missing("ansible-playbook");

const healthy = {
  hostname: "slave",
  hostname_resolves: true,
  addresses: ["10.0.2.15", "192.168.33.19"],
  taken: [],
  memory: 1967,
  cgroup_v1_cpu: true,
  client: { kind: "static", glibc: null },
  client_version: "Docker version 24.0.9, build 2936816",
  client_version_fault: null,
  engine: { version: "24.0.9", api: "1.43", containerd_store: false },
  missing_images: ["mesoscloud/mesos-slave:0.24.1-ubuntu-14.04"],
  schema1_enabled: false,
  apparmor_library: "file",
};
const engine28 = { version: "28.2.2", api: "1.50", containerd_store: false };

/** What is found on a machine with one fault; the name is the machine's. */
const faulty = {
  address: { addresses: ["10.0.2.15"] },
  hostname: { hostname_resolves: false },
  port: { taken: ["port 5051, which the Mesos slave needs, is taken by nginx (process 42)"] },
  memory: { memory: 290 },
  engine_silent: { engine: null },
  schema1_gone: { engine: engine28 },
  schema1_off: { engine: { ...engine28, version: "26.1.4", api: "1.44" } },
  cgroup_v2: { cgroup_v1_cpu: false },
  version: {
    client_version: "Docker version 20.10.24+dfsg1, build 297e128",
    client_version_fault: "24+dfsg1",
  },
  dynamic: { client: { kind: "dynamic", glibc: 34 } },
  script: { client: { kind: "dynamic", glibc: null } },
  folder: { client: { kind: "directory", glibc: null } },
  apparmor: { apparmor_library: "directory" },
  api: { engine: engine28, missing_images: [] },
  containerd_store: { engine: { version: "25.0.5", api: "1.44", containerd_store: true } },
};

/** Machines that may look odd and are fit. */
const fit = {
  healthy: {},
  // What Docker's packages of 2015 were.
  old_dynamic: { client: { kind: "dynamic", glibc: 14 } },
  images_loaded: { engine: { ...engine28, api: "1.43" }, missing_images: [] },
  schema1_on: { engine: { ...engine28, version: "26.1.4", api: "1.43" }, schema1_enabled: true },
};

let folder: string;
let output = "";
const messages = new Map<string, string>();

// One run for all machines: Ansible's start is what takes time.
beforeAll(async () => {
  if (!isInstalled("ansible-playbook")) return;
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-check-"));
  const host = (facts: object, more: object = {}) => ({
    machine_check_facts: { ...healthy, ...facts },
    ansible_host: "192.168.33.19",
    machine_check_memory: 320,
    machine_check_classic: true,
    machine_images: [],
    ...more,
  });
  const machines = Object.entries({ ...faulty, ...fit }).map(([name, facts]) => [name, host(facts)]);
  // The rehearsal stack looks at four things only, and a master of the classic stack runs no agent.
  const rehearsal = host({}, { machine_check_facts: { ...four(healthy) }, machine_check_classic: false });
  const master = host({ cgroup_v1_cpu: false, client: { kind: "dynamic", glibc: 34 } });
  const inventory = {
    all: {
      hosts: { rehearsal, master },
      // This host itself: all of the role, on facts that are really gathered.
      children: {
        here: {
          hosts: {
            localhost: {
              ansible_connection: "local",
              ansible_host: "203.0.113.1",
              machine_check_memory: 1,
              machine_check_classic: true,
              machine_check_ports: [{ port: 8080, container: "it's", for: "Marathon's" }],
              machine_images: [],
            },
          },
        },
        mesos_slave: { hosts: Object.fromEntries([...machines, ["rehearsal", {}]]) },
      },
    },
  };
  const judging = { name: "machine_check", tasks_from: "judge.yml" };
  const plays = [
    { hosts: "all:!here", gather_facts: false, tasks: [{ "ansible.builtin.include_role": judging }] },
    { hosts: "here", gather_facts: false, roles: ["machine_check"] },
  ];
  // JSON is YAML.
  writeFileSync(join(folder, "inventory.yml"), JSON.stringify(inventory));
  writeFileSync(join(folder, "play.yml"), JSON.stringify(plays));
  const roles = fileURLToPath(new URL("../../../templates/roles", import.meta.url));
  const env = { ANSIBLE_ROLES_PATH: roles, ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8", HOME: folder };
  const command = { file: "ansible-playbook", args: ["-i", "inventory.yml", "play.yml"], cwd: folder, env };
  const result = await run(command, { accept: "any" });
  output = result.stdout;
  for (const line of output.split("\n")) {
    const news = parseAnsibleLine(line);
    if (news?.kind === "failure") messages.set(news.machine, news.message);
  }
});

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function four({ hostname, hostname_resolves, addresses, taken, memory }: typeof healthy) {
  return { hostname, hostname_resolves, addresses, taken, memory };
}

describe.skipIf(noAnsible !== "")(`the check of a machine${noAnsible}`, () => {
  it.each(Object.keys(faulty))("refuses %s with its own sentence and a remedy", (name) => {
    const { said, remedies } = splitMessage(messages.get(name) ?? "");
    expect(said, output).not.toBe("");
    expect(remedies).toHaveLength(1);
  });

  it.each([...Object.keys(fit), "rehearsal", "master"])("passes %s", (name) => {
    expect(messages.get(name)).toBeUndefined();
    expect(output).toMatch(new RegExp(`^${name} +: ok=[1-9]`, "m"));
  });

  it("looks at a real machine, and misses an address that it cannot have", () => {
    expect(messages.get("localhost"), output).toMatch(
      /^no network interface of this machine has the address 203\.0\.113\.1: it has 127\.0\.0\.1/,
    );
  });

  it("says all of this", async () => {
    const text = Object.keys(faulty).map((name) => `== ${name}\n${messages.get(name)}\n`);
    await expect(text.join("\n")).toMatchFileSnapshot("../../golden/machine-check.txt");
  });
});
