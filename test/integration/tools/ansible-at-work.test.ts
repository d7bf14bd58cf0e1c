import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endAnsible, ownAnsible } from "../../../src/machines/docker-ssh/ansible-at-work.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";

let folder: string;
const home = process.env.HOME;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "mesos-lab-at-work-")));
  process.env.HOME = folder;
});

afterEach(() => {
  if (home === undefined) delete process.env.HOME;
  else process.env.HOME = home;
  rmSync(folder, { recursive: true });
});

const labIn = (name: string) => new LabFolder("mesos-lab", join(folder, name, "generated"));
const connections = (lab: LabFolder) => ownAnsible(lab).ANSIBLE_SSH_CONTROL_PATH_DIR ?? "";

test("labs of the same name and addresses have connections of their own, always the same ones", () => {
  const [one, other] = [labIn("one"), labIn("other")];
  expect(connections(one)).not.toBe(connections(other));
  expect(connections(labIn("one"))).toBe(connections(one));
});

test("however long the lab's path, that of its connections is short", () => {
  const deep = labIn("long".repeat(40));
  // Ansible adds ten characters and ssh seventeen; a socket's path has 107 on Linux, and 103 on a Mac.
  expect(connections(deep).slice(folder.length).length).toBeLessThanOrEqual("/.ansible/cp-123456".length);
});

test("what is left of it is ended, and nothing of another lab's", async () => {
  const [one, other] = [labIn("one"), labIn("other")];
  const [its, others] = [one, other].map((lab) => {
    mkdirSync(connections(lab), { recursive: true });
    const env = { PATH: process.env.PATH, ...ownAnsible(lab) };
    return spawn("sleep", ["600"], { env, detached: true, stdio: "ignore" });
  });
  const ended = once(its as NonNullable<typeof its>, "exit");
  await endAnsible(one);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect([existsSync(connections(one)), existsSync(connections(other))]).toEqual([false, true]);
  expect(others?.exitCode).toBe(null);
  expect(others?.signalCode).toBe(null);
  others?.kill("SIGKILL");
});
