import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Lab } from "../../src/lab/model.ts";
import { renderLab } from "../../src/render/lab.ts";
import { readTemplates, writeFiles } from "../../src/tools/files.ts";
import { isInstalled } from "../../src/tools/host.ts";
import { classroomLab, fourWaysLab, tutorialLab } from "../helpers/described-labs.ts";

const bundled = {
  images: { "tomcat:8.0": { id: "sha256:1", archive: "images/slave.tar.gz" } },
  packages: true,
  client: true,
};

const labs: Record<string, Lab> = {
  "the tutorial's lab": tutorialLab("classic"),
  "the rehearsal lab": tutorialLab("rehearsal"),
  "three masters, two slaves, every option": classroomLab,
  "four ways of discovery, from a bundle": { ...fourWaysLab, bundle: bundled },
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
