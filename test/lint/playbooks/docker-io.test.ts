import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";
import { playHere } from "../../helpers/play-here.ts";

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
  const { stdout } = await playHere("docker", { folder, programs, variables: { docker_io_user: "vagrant" } });
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
