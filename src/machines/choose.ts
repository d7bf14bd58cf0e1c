import { LabError } from "../errors.ts";
import { type Problem, problemsOf } from "../lab/finding.ts";
import type { Lab, RunsOnName, VagrantLab } from "../lab/model.ts";
import type { AskedPlace } from "../lab/parse.ts";
import { onVagrant } from "../lab/runs.ts";
import { isInstalled } from "../tools/host.ts";

export interface Choice {
  readonly runsOn: RunsOnName;
  /** Why there will be no virtual machines, where nobody asked for that. */
  readonly without: readonly Problem[];
}

/**
 * Decides `auto`: as the lab was made, else in virtual machines where Vagrant and a provider work or something asks for
 * them, else embedded.
 * @param lab as it would be in virtual machines.
 * @param made where the lab was made to run, if it was.
 * @throws LabError `usage` when the lab was made the other way.
 */
export async function chooseRunsOn(
  { runsOn, needsMachines }: AskedPlace,
  lab: Lab,
  made: RunsOnName | undefined,
  signal: AbortSignal,
): Promise<Choice> {
  if (runsOn !== "auto") refuseMadeOtherwise(lab.name, made, runsOn);
  const known = runsOn === "auto" ? made : runsOn;
  const machines = onVagrant(lab);
  if (known !== undefined || machines === undefined) return { runsOn: known ?? "embedded", without: [] };
  const without = needsMachines.length > 0 ? [] : await missingFor(machines, signal);
  return { runsOn: without.length === 0 ? "vagrant" : "embedded", without };
}

/** @throws LabError `usage` where the lab was made, and not where it is wanted now. */
export function refuseMadeOtherwise(name: string, made: RunsOnName | undefined, wanted: RunsOnName): void {
  if (made === undefined || made === wanted) return;
  const words = { embedded: "embedded", vagrant: "of virtual machines", hosts: "on hosts" }[made];
  throw new LabError("lab-is-of-another-kind", `lab "${name}" exists already and is ${words}`, {
    remedy: [`npx mesos-lab destroy --name ${name}`, "--name <another>"],
  });
}

const providerPrograms: Readonly<Record<VagrantLab["runs"]["provider"], string | undefined>> = {
  virtualbox: "VBoxManage",
  libvirt: "virsh",
  vmware_desktop: undefined,
  parallels: "prlctl",
};

/** What this host lacks for virtual machines: not Ansible, which can run inside them. Programs that are not there are told without a second's work. */
async function missingFor(lab: VagrantLab, signal: AbortSignal): Promise<readonly Problem[]> {
  const { provider } = lab.runs;
  const program = providerPrograms[provider];
  const missing: Problem[] = [];
  if (!isInstalled("vagrant"))
    missing.push({ what: "Vagrant is not installed", remedy: "Vagrant (developer.hashicorp.com/vagrant)" });
  if (program !== undefined && !isInstalled(program))
    missing.push({
      what: `${program === "VBoxManage" ? "neither VirtualBox nor libvirt" : provider} is installed`,
      remedy: "VirtualBox, or libvirt with the plugin vagrant-libvirt",
    });
  if (missing.length > 0) return missing;
  const { providerFindings } = await import("./vagrant/findings.ts");
  // Without its machines: an address that a provider refuses is a mistake to be told, and no want of machines.
  return problemsOf(await providerFindings({ ...lab, machines: [] }, signal));
}
