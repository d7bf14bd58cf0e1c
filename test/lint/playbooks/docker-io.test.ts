import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../../src/tools/exec.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";

const noAnsible = missing("ansible-playbook");

let folder: string;
let programs: FakePrograms;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-docker-io-"));
  // A machine without a mirror that has booted a moment ago: everything is there, and Docker is not yet up.
  programs = fakePrograms({
    "dpkg-query": "exit 0",
    id: "echo vagrant docker",
    "apt-get": `echo apt-get "$@" >>${folder}/calls; exit 100`,
    systemctl: `
      case "$1" in
        is-active) cat ${folder}/state; grep --quiet '^active' ${folder}/state ;;
        is-enabled) echo enabled ;;
        show) printf 'Id=docker.service\\nLoadState=loaded\\nActiveState=%s\\n' "$(cat ${folder}/state)" ;;
        start) echo start >>${folder}/calls; echo active >${folder}/state ;;
      esac`,
  });
});

afterEach(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function play() {
  const variables = {
    ansible_connection: "local",
    ansible_become: false,
    ansible_python_interpreter: "/usr/bin/python3",
    docker_io_user: "vagrant",
  };
  writeFileSync(
    join(folder, "inventory.yml"),
    JSON.stringify({ all: { hosts: { localhost: {} }, vars: variables } }),
  );
  const templates = fileURLToPath(new URL("../../../templates/", import.meta.url));
  const env = {
    PATH: `${programs.path}:${process.env.PATH}`,
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_ROLES_PATH: join(templates, "roles"),
    LC_ALL: "C.UTF-8",
    HOME: folder,
  };
  const args = ["-i", "inventory.yml", join(templates, "playbooks/docker.yml")];
  const { stdout } = await run({ file: "ansible-playbook", args, cwd: folder, env });
  const calls = join(folder, "calls");
  return { stdout, calls: existsSync(calls) ? readFileSync(calls, "utf8") : "" };
}

test.skipIf(noAnsible !== "").each([
  ["inactive", "start\n"],
  ["failed", "start\n"],
  // Its clients wait at the socket.
  ["activating", ""],
  ["active", ""],
])(`a machine whose Docker is %s needs no package mirror${noAnsible}`, async (state, calls) => {
  writeFileSync(join(folder, "state"), `${state}\n`);
  const played = await play();
  expect(played.calls).toBe(calls);
  expect(played.stdout).toMatch(/failed=0/);
});
