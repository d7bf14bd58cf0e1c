import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Lab } from "../../src/lab/model.ts";
import { renderLab } from "../../src/render/lab.ts";
import { readTemplates, writeFiles } from "../../src/tools/files.ts";
import { isInstalled } from "../../src/tools/host.ts";
import { labFrom, tutorialLab } from "../helpers/described-labs.ts";

const classroom = labFrom(`
name: classroom
provider: libvirt
emulation: true
box: { name: acme/debian, version: 1.2.3, url: "https://example.org/box.json" }
machines:
  - { name: m1, ip: 10.1.2.11, services: [zookeeper, mesos-master, marathon, bamboo] }
  - { name: m2, ip: 10.1.2.12, services: [zookeeper, mesos-master, marathon] }
  - { name: m3, ip: 10.1.2.13, services: [zookeeper, mesos-master] }
  - { name: s1, ip: 10.1.2.21, services: [mesos-slave] }
  - { name: s2, ip: 10.1.2.22, services: [mesos-slave], memory: 4096 }
ports: { marathon: 8888, mesosMaster: 5555, mesosSlave: 5556, bamboo: 8001, haproxy: 8088 }
`);

const labs: Record<string, Lab> = {
  "the tutorial's lab": tutorialLab("classic"),
  "the rehearsal lab": tutorialLab("rehearsal"),
  "three masters, two slaves, every option": classroom,
};

const checks: readonly { what: string; program: string; args: string[] }[] = [
  { what: "ruby accepts the Vagrantfile", program: "ruby", args: ["-c", "Vagrantfile"] },
  { what: "Vagrant accepts the Vagrantfile", program: "vagrant", args: ["validate"] },
  { what: "Ansible accepts site.yml", program: "ansible-playbook", args: ["--syntax-check", "site.yml"] },
  { what: "yamllint finds nothing", program: "yamllint", args: ["--strict", "."] },
  {
    what: "ansible-lint finds nothing",
    program: "ansible-lint",
    args: ["--profile", "production", "--offline", "--strict"],
  },
];

describe.each(Object.entries(labs))("%s", (_, lab) => {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-lint-"));
  writeFiles(folder, renderLab(lab, readTemplates()));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const { what, program, args } of checks) {
    // Where a checker is missing the test is counted as skipped, never as passed.
    test.skipIf(!isInstalled(program))(`${what} (${program})`, () => {
      const run = () =>
        execFileSync(program, args, {
          cwd: folder,
          encoding: "utf8",
          stdio: "pipe",
          env: { ...process.env, LC_ALL: "C.UTF-8", VAGRANT_CHECKPOINT_DISABLE: "1" },
        });
      expect(run).not.toThrow();
    });
  }
});
