import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { problemsOf } from "../../../src/lab/finding.ts";
import type { ProviderName } from "../../../src/lab/model.ts";
import { kvmWorks } from "../../../src/machines/vagrant/kvm.ts";
import { libvirtFindings } from "../../../src/machines/vagrant/libvirt.ts";
import { virtualboxFindings } from "../../../src/machines/vagrant/virtualbox.ts";
import { ansibleFindings, vagrantFinding } from "../../../src/preflight/programs.ts";
import { tellFakes } from "../../helpers/fakes.ts";
import { tutorialLab } from "../../helpers/labs.ts";

const bin = new URL("../../helpers/bin", import.meta.url).pathname;
const recorded = new URL("../../helpers/recorded", import.meta.url).pathname;
const { signal } = new AbortController();
let folder: string;

/** A PATH with nothing but these fakes, and what they are told to do. */
function host(programs: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  for (const program of programs) symlinkSync(join(bin, program), join(folder, program));
  vi.stubEnv("PATH", folder);
  vi.stubEnv("HOME", folder);
  tellFakes(folder, { ...env, FAKE_LOG: join(folder, "calls.log"), FAKE_RECORDED: recorded });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-host-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What is wrong with Vagrant and Ansible. */
async function programProblems(signal: AbortSignal) {
  const [program, others] = await Promise.all([vagrantFinding(signal), ansibleFindings(signal)]);
  return problemsOf([program, ...others]);
}

const vagrant = ["vagrant"];
const ansible = ["ansible-playbook", "ansible-galaxy"];
const both = [...vagrant, ...ansible];

test.each<[string, readonly string[], Record<string, string>, readonly (string | RegExp)[]]>([
  ["a host that has all", both, {}, []],
  ["no Vagrant", ansible, {}, ["Vagrant is not installed"]],
  // Without it a missing collection is no news.
  ["no Ansible", vagrant, {}, ["ansible-playbook is not installed"]],
  ["nothing", [], {}, ["Vagrant is not installed", "ansible-playbook is not installed"]],
  ["ansible-core", both, { FAKE_GALAXY: "core-only" }, ["Ansible has no collection community.docker"]],
  [
    "an old Vagrant",
    both,
    { FAKE_VAGRANT_VERSION: "2.2.3" },
    ["Vagrant 2.2.3 is too old, >=2.2.19 is needed"],
  ],
  ["the oldest Vagrant", both, { FAKE_VAGRANT_VERSION: "2.2.19" }, []],
  [
    "an old Ansible",
    both,
    { FAKE_ANSIBLE_VERSION: "2.9.6" },
    ["ansible-playbook 2.9.6 is too old, >=2.11.0 is needed"],
  ],
  ["a Vagrant of no version", both, { FAKE_VAGRANT_VERSION: "?" }, [/^Vagrant does not tell its version/]],
  [
    "a Vagrant that is broken",
    both,
    { FAKE_VAGRANT: "broken" },
    [
      /^Vagrant is installed and does not work: vagrant failed with exit code 1 \(.*cannot load such file -- vagrant/,
    ],
  ],
])("programs: %s", async (_, programs, env, expected) => {
  host(programs, env);
  const problems = await programProblems(signal);
  expect(problems).toHaveLength(expected.length);
  for (const [index, { what, remedy }] of problems.entries()) {
    expect(what).toMatch(expected[index] ?? "");
    expect(remedy).not.toBe("");
  }
});

test.each<[string, ProviderName, readonly string[], Record<string, string>, readonly string[]]>([
  ["works", "libvirt", ["vagrant", "virsh"], {}, []],
  [
    "does not run",
    "libvirt",
    ["vagrant", "virsh"],
    { FAKE_VIRSH: "silent" },
    ["libvirt does not answer at qemu:///system"],
  ],
  ["is not installed", "libvirt", ["vagrant"], {}, ["libvirt does not answer at qemu:///system"]],
  [
    "has no plugin",
    "libvirt",
    ["vagrant", "virsh"],
    { FAKE_VAGRANT: "no-plugin" },
    ["Vagrant has no plugin vagrant-libvirt"],
  ],
  [
    "answers as a session only",
    "libvirt",
    ["vagrant", "virsh"],
    { FAKE_VIRSH: "session" },
    [
      "libvirt answers you as your own session (qemu:///session) only, which makes no networks: the lab needs the system's, qemu:///system",
    ],
  ],
  // That Vagrant is missing is told once, as what it is.
  ["has no Vagrant", "libvirt", ["virsh"], {}, []],
  ["works", "virtualbox", ["VBoxManage"], {}, []],
  ["works with Vagrant", "virtualbox", ["vagrant", "VBoxManage"], {}, []],
  [
    "is newer than Vagrant knows",
    "virtualbox",
    ["vagrant", "VBoxManage"],
    { FAKE_VAGRANT: "refuses-virtualbox" },
    [
      "this version of Vagrant does not support the installed VirtualBox: it supports 4.0, 4.1, 4.2, 4.3, 5.0, 5.1, 5.2, 6.0, 6.1, 7.0",
    ],
  ],
  ["is not installed", "virtualbox", [], {}, ["VirtualBox is not installed"]],
  [
    "has no kernel module",
    "virtualbox",
    ["VBoxManage"],
    { FAKE_VBOX: "no-module" },
    ["VirtualBox's kernel module is not loaded"],
  ],
])("a provider that %s: %s", async (_, provider, programs, env, expected) => {
  host(programs, env);
  // Vagrant is asked once in a command, which has a signal of its own.
  const command = new AbortController().signal;
  const findings =
    provider === "libvirt"
      ? await libvirtFindings(command, false)
      : await virtualboxFindings(tutorialLab, command);
  expect(problemsOf(findings).map(({ what }) => what)).toEqual(expected);
});

test.each<[string, readonly string[], Record<string, string>, boolean]>([
  ["a guest runs under KVM", ["qemu-system-x86_64"], { FAKE_KVM: "works" }, true],
  ["KVM refuses", ["qemu-system-x86_64"], {}, false],
  ["no QEMU", [], {}, false],
])("%s", async (_, programs, env, works) => {
  host(programs, env);
  expect(await kvmWorks(signal)).toBe(works);
});

test("an abort is no problem of the host's", async () => {
  host(both);
  const aborted = AbortSignal.abort();
  await expect(programProblems(aborted)).rejects.toMatchObject({ exitCode: 130 });
  await expect(kvmWorks(aborted)).rejects.toMatchObject({ exitCode: 130 });
});
