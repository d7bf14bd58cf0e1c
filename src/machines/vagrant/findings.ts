import { statfsSync } from "node:fs";
import { freemem, networkInterfaces, totalmem } from "node:os";
import { type Finding, ok } from "../../lab/finding.ts";
import type { Machine, VagrantLab } from "../../lab/model.ts";
import { diskFinding } from "../../preflight/disk.ts";
import { memoryFinding } from "../../preflight/memory.ts";
import { architectureFinding, nodeFinding } from "../../preflight/platform.ts";
import { outputOf, sshFinding, vagrantFinding } from "../../preflight/programs.ts";
import { throughProxy } from "../../preflight/proxy.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { addressFindings } from "./addresses.ts";
import { boxFindings } from "./box.ts";
import { kvmFinding, libvirtFindings } from "./libvirt.ts";
import { refusals } from "./refusal.ts";
import { virtualboxFindings } from "./virtualbox.ts";

interface Check {
  /** False for what can at most warn: `create` does not spend time on it. */
  readonly blocks: boolean;
  look(
    lab: VagrantLab,
    signal: AbortSignal,
    missing: readonly Machine[],
    bundled: boolean,
  ): Promise<readonly Finding[]> | readonly Finding[];
}

/** All that is looked at on a host, in the order of the report: by `create` what can block, by `doctor` everything. */
const checks: readonly Check[] = [
  { blocks: false, look: () => [nodeFinding(process.version)] },
  { blocks: true, look: async (_, signal) => [await vagrantFinding(signal)] },
  { blocks: true, look: async (_, signal) => [await sshFinding(signal)] },
  { blocks: true, look: (lab, signal) => providerFindings(lab, signal) },
  { blocks: false, look: (lab, signal) => otherProviders(lab, signal) },
  {
    blocks: false,
    look: async (lab, signal) => (lab.runs.provider === "libvirt" ? [await kvmFinding(signal)] : []),
  },
  {
    blocks: true,
    // Machines that are there need their box no more.
    look: (lab, _signal, missing, bundled) => (bundled || missing.length === 0 ? [] : boxFindings(lab)),
  },
  { blocks: true, look: (lab) => [architectureFinding(lab, process.arch)] },
  { blocks: true, look: (_lab, _signal, missing) => [memoryFinding(missing, availableMemory())] },
  { blocks: true, look: (_lab, _signal, missing) => [diskFinding(missing, freeDisk())] },
  { blocks: true, look: (lab) => addressFindings(lab, networkInterfaces()) },
  { blocks: false, look: (lab) => throughProxy(lab.machines.map(({ ip }) => ip)) },
  { blocks: false, look: async (_, signal) => [await dockerFinding(signal)] },
];

/** What is known of this host; `blocking`: only of what can keep the lab from being made. */
export async function hostFindings(
  {
    lab,
    folder,
    signal,
    bundled,
  }: { lab: VagrantLab; folder: LabFolder; signal: AbortSignal; bundled: boolean },
  which: "all" | "blocking",
): Promise<readonly Finding[]> {
  // Machines that an earlier run has made have their memory and their room already.
  const made = new Set(folder.madeMachines().map(({ name }) => name));
  const missing = lab.machines.filter(({ name }) => !made.has(name));
  const chosen = checks.filter(({ blocks }) => which === "all" || blocks);
  return (await Promise.all(chosen.map(({ look }) => look(lab, signal, missing, bundled)))).flat();
}

/** Whether the lab's provider can run its machines. */
export async function providerFindings(lab: VagrantLab, signal: AbortSignal): Promise<readonly Finding[]> {
  const { provider } = lab.runs;
  if (provider === "virtualbox") return virtualboxFindings(lab, signal);
  if (provider === "libvirt") return libvirtFindings(signal);
  const refused = await refusals(provider, signal);
  return refused.length > 0 ? refused : [ok(provider, "Vagrant takes it")];
}

/** Providers that the lab does not use and that would work here. */
async function otherProviders(lab: VagrantLab, signal: AbortSignal): Promise<readonly Finding[]> {
  const others = [
    { name: "virtualbox", program: "VBoxManage", look: () => virtualboxFindings(lab, signal) },
    { name: "libvirt", program: "virsh", look: () => libvirtFindings(signal) },
  ].filter(({ name, program }) => name !== lab.runs.provider && isInstalled(program));
  const found = await Promise.all(others.map(async (other) => ({ ...other, findings: await other.look() })));
  return found
    .filter(({ findings }) => findings.every(({ level }) => level === "ok"))
    .map(({ name }) => ok(name, `works here too: --provider ${name}`));
}

/** The machines have their own; the host's is of use with it only. */
async function dockerFinding(signal: AbortSignal): Promise<Finding> {
  const version = await outputOf(
    { file: "docker", args: ["version", "--format", "{{.Server.Version}}"] },
    signal,
  );
  return ok(
    "Docker",
    version?.trim() || "does not answer here, which no lab needs: the machines have their own",
  );
}

/** MiB. macOS counts what its caches hold as used, so that what is free there says nothing. */
function availableMemory(): number {
  return (process.platform === "darwin" ? totalmem() : freemem()) / 2 ** 20;
}

/** GiB free where labs are made. */
function freeDisk(): number {
  const { bavail, bsize } = statfsSync(".");
  return (bavail * bsize) / 2 ** 30;
}
