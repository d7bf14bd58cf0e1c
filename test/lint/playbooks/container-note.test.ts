import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupVariables } from "../../../src/render/inventory.ts";
import { run } from "../../../src/tools/exec.ts";
import { labFrom } from "../../helpers/described-labs.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";

const noAnsible = missing("ansible-playbook");

/** What happens to a machine after its first run, by the machine's name. */
const events: Readonly<Record<string, (machine: string) => void>> = {
  left_alone: () => {},
  container_changed: (machine) => write(`docker/${machine}-zk`, `{"RestartPolicy":"no"}`),
  container_removed: (machine) => rmSync(join(folder, `docker/${machine}-zk`)),
  image_loaded_anew: (machine) => write(`docker/${machine}-image`, "sha256:2"),
  configuration_changed: (machine) => write(`machines/${machine}/config.json`, "by hand"),
  variables_rendered_anew: (machine) => write(`host_vars/${machine}.yml`, hostVars(machine, { other: true })),
};
const machines = Object.keys(events);
const templates = fileURLToPath(new URL("../../../templates/", import.meta.url));

let folder: string;
let programs: FakePrograms;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function hostVars(machine: string, more: object = {}): string {
  return JSON.stringify({
    machine_images: [{ name: `${machine}-image` }],
    machine_containers: [`${machine}-zk`],
    machine_configs: {
      [join(folder, `machines/${machine}/config.json`)]: `files/${machine}/dns/config.json`,
    },
    container_note_file: join(folder, `machines/${machine}/note`),
    ...more,
  });
}

/** Runs both playbooks with a service's between them; returns the machines whose containers that one would look at. */
async function visited(...options: string[]): Promise<string[]> {
  const { stdout } = await run({
    file: "ansible-playbook",
    args: ["site.yml", ...options],
    cwd: folder,
    env: {
      PATH: `${programs.path}:${process.env.PATH}`,
      ANSIBLE_NOCOLOR: "1",
      ANSIBLE_INVENTORY: "inventory.yml",
      ANSIBLE_ROLES_PATH: join(templates, "roles"),
      LC_ALL: "C.UTF-8",
      HOME: folder,
    },
  });
  expect(stdout).not.toMatch(/changed=[1-9]|failed=[1-9]/);
  return [...stdout.matchAll(/visited (\w+)/g)].map(([, machine]) => machine ?? "").sort();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-note-"));
  programs = fakePrograms({
    docker: `for last; do :; done
      cat ${folder}/docker/"$last"`,
  });
  const { containers_differ } = groupVariables(labFrom("stack: rehearsal")) as Record<string, unknown>;
  write("group_vars/all.yml", JSON.stringify({ containers_differ }));
  const service = {
    hosts: "all",
    gather_facts: false,
    tasks: [
      {
        name: "Visit",
        "ansible.builtin.debug": { msg: "visited {{ inventory_hostname }}" },
      },
    ],
  };
  write("playbooks/zookeeper.yml", JSON.stringify([service]));
  const look = join(templates, "playbooks/container-look.yml");
  const note = join(templates, "playbooks/container-note.yml");
  const differing = (file: string) => ({
    "ansible.builtin.import_playbook": file,
    when: "containers_differ",
  });
  write(
    "site.yml",
    JSON.stringify([
      { "ansible.builtin.import_playbook": look },
      differing("playbooks/zookeeper.yml"),
      differing(note),
    ]),
  );
  const vars = {
    ansible_connection: "local",
    ansible_become: false,
    ansible_python_interpreter: "/usr/bin/python3",
  };
  write(
    "inventory.yml",
    JSON.stringify({ all: { hosts: Object.fromEntries(machines.map((machine) => [machine, {}])), vars } }),
  );
  for (const machine of machines) {
    write(`host_vars/${machine}.yml`, hostVars(machine));
    write(`files/${machine}/dns/config.json`, "as rendered");
    write(`machines/${machine}/config.json`, "as rendered");
    write(`docker/${machine}-zk`, `{"RestartPolicy":"unless-stopped"}`);
    write(`docker/${machine}-image`, "sha256:1");
  }
});

afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(noAnsible !== "")(
  `containers are looked at one by one unless everything is as it was noted${noAnsible}`,
  async () => {
    expect(await visited()).toEqual([...machines].sort());
    for (const [machine, happen] of Object.entries(events)) happen(machine);
    const touched = machines.filter((machine) => machine !== "left_alone").sort();
    // With --check it says so too, and notes nothing.
    expect(await visited("--check")).toEqual(touched);
    expect(await visited()).toEqual(touched);
    // What could not be looked at as a whole was not noted.
    expect(await visited()).toEqual(["container_removed"]);
  },
);
