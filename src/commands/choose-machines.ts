import { existsSync } from "node:fs";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab, MachineKind } from "../lab/model.ts";
import { problemsOf } from "../preflight/finding.ts";
import type { Problem } from "../preflight/problem.ts";
import { hostProvider, isInstalled } from "../tools/host.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { describedLab, type LabOptions, wantedKind } from "./context.ts";

export interface Chosen {
  readonly lab: Lab;
  /** Why there will be no virtual machines, where nobody asked for that. */
  readonly without: readonly Problem[];
}

/**
 * The lab as described, with `--machines auto` decided: as the lab was made, else in virtual machines where Vagrant and
 * a provider work or something asks for them, else embedded.
 * @param insists whether something besides the lab file and its flags asks for machines.
 * @throws LabError `usage` when the lab was made the other way.
 */
export async function chosenLab(options: LabOptions, signal: AbortSignal, insists = false): Promise<Chosen> {
  const provider = hostProvider();
  const { kind, needsMachines } = wantedKind(options);
  const inMachines = describedLab(options, provider);
  const made = madeKind(inMachines.name);
  if (kind !== "auto" && made !== undefined && made !== kind) throw madeOtherwise(inMachines.name, made);
  const known = kind === "auto" ? made : kind;
  if (known === "vagrant" || (known === undefined && (insists || needsMachines.length > 0)))
    return { lab: inMachines, without: [] };
  const without = known === undefined ? await missingFor(inMachines, signal) : [];
  if (known === undefined && without.length === 0) return { lab: inMachines, without };
  return { lab: describedLab(options, provider, "embedded"), without };
}

/** How the lab of this name was made, if it was. */
export function madeKind(name: string): MachineKind | undefined {
  const folder = new LabFolder(name);
  if (existsSync(folder.file("embedded"))) return "embedded";
  return existsSync(folder.file(".vagrant")) ? "vagrant" : undefined;
}

export function madeOtherwise(name: string, made: MachineKind): LabError {
  const words = made === "embedded" ? "embedded" : "of virtual machines";
  return new LabError(`lab "${name}" exists already and is ${words}`, {
    exitCode: exitCodes.usage,
    remedy: [`npx mesos-lab destroy --name ${name}`, "--name <another>"],
  });
}

const providerPrograms: Readonly<Record<Lab["provider"], string | undefined>> = {
  virtualbox: "VBoxManage",
  libvirt: "virsh",
  vmware_desktop: undefined,
  parallels: "prlctl",
};

/** What this host lacks for virtual machines: not Ansible, which can run inside them. Programs that are not there are told without a second's work. */
async function missingFor(lab: Lab, signal: AbortSignal): Promise<readonly Problem[]> {
  const program = providerPrograms[lab.provider];
  const missing: Problem[] = [];
  if (!isInstalled("vagrant"))
    missing.push({ what: "Vagrant is not installed", remedy: "Vagrant (developer.hashicorp.com/vagrant)" });
  if (program !== undefined && !isInstalled(program))
    missing.push({
      what: `${program === "VBoxManage" ? "neither VirtualBox nor libvirt" : lab.provider} is installed`,
      remedy: "VirtualBox, or libvirt with the plugin vagrant-libvirt",
    });
  if (missing.length > 0) return missing;
  const { providerFindings } = await import("../machines/vagrant/findings.ts");
  // Without its machines: an address that a provider refuses is a mistake to be told, and no want of machines.
  return problemsOf(await providerFindings({ ...lab, machines: [] }, signal));
}
