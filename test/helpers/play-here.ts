import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunResult, run } from "../../src/tools/exec.ts";
import type { FakePrograms } from "./fake-programs.ts";

/** A machine that is this host itself. */
export interface Here {
  /** Of the inventory, and Ansible's home. */
  readonly folder: string;
  /** What is found before this host's own programs. */
  readonly programs: FakePrograms;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const templates = fileURLToPath(new URL("../../templates/", import.meta.url));

/** Runs a playbook of the templates there, as whoever runs the tests. @throws LabError where it fails. */
export function playHere(playbook: string, { folder, programs, variables }: Here): Promise<RunResult> {
  const vars = {
    ansible_connection: "local",
    ansible_become: false,
    ansible_python_interpreter: "/usr/bin/python3",
    ...variables,
  };
  writeFileSync(join(folder, "inventory.yml"), JSON.stringify({ all: { hosts: { localhost: {} }, vars } }));
  const env = {
    PATH: `${programs.path}:${process.env.PATH}`,
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_ROLES_PATH: join(templates, "roles"),
    LC_ALL: "C.UTF-8",
    HOME: folder,
  };
  const args = ["-i", "inventory.yml", join(templates, "playbooks", `${playbook}.yml`)];
  return run({ file: "ansible-playbook", args, cwd: folder, env });
}
