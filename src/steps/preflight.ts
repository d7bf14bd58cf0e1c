import { freemem, networkInterfaces, totalmem } from "node:os";
import type { Lab } from "../lab/model.ts";
import { addressProblems } from "../preflight/addresses.ts";
import { kvmWorks } from "../preflight/kvm.ts";
import { libvirtProblems } from "../preflight/libvirt.ts";
import { memoryProblems } from "../preflight/memory.ts";
import { type Problem, refuse } from "../preflight/problem.ts";
import { ansibleProblems, programProblems } from "../preflight/programs.ts";
import { virtualboxProblems } from "../preflight/virtualbox.ts";
import type { Run } from "./run.ts";

/**
 * Finds everything that would keep the lab from being made on this host.
 * @throws LabError `preflight` that lists all problems with their remedies.
 */
export async function checkHost({
  lab,
  folder,
  signal,
}: Pick<Run, "lab" | "folder" | "signal">): Promise<void> {
  // Machines that an earlier run has made have their memory already.
  const made = new Set(folder.madeMachines().map(({ name }) => name));
  const missing = lab.machines.filter(({ name }) => !made.has(name));
  const found = await Promise.all([
    programProblems(signal),
    providerProblems(lab, signal),
    memoryProblems(missing, availableMemory()),
    addressProblems(lab, networkInterfaces()),
  ]);
  refuse(found.flat());
}

/** What a second `create` needs, whose machines are running: Ansible only. */
export async function checkProvisioning(signal: AbortSignal): Promise<void> {
  refuse(await ansibleProblems(signal));
}

/** MiB. macOS counts what its caches hold as used, so that what is free there says nothing. */
function availableMemory(): number {
  return (process.platform === "darwin" ? totalmem() : freemem()) / 2 ** 20;
}

/** Why the lab's provider cannot run its machines. */
export async function providerProblems(lab: Lab, signal: AbortSignal): Promise<readonly Problem[]> {
  if (lab.provider === "virtualbox") return virtualboxProblems(lab, signal);
  if (lab.provider === "libvirt") return libvirtProblems(signal);
  // The plugins of VMware and Parallels tell what they miss at `vagrant up`.
  return [];
}

/** Decides how libvirt runs the machines, unless that is settled: in software where no guest starts under KVM. */
export async function settleEmulation(lab: Lab, signal: AbortSignal): Promise<Lab> {
  if (lab.provider !== "libvirt" || lab.emulation !== undefined) return lab;
  return { ...lab, emulation: !(await kvmWorks(signal)) };
}
