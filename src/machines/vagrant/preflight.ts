import type { VagrantLab } from "../../lab/model.ts";
import { ansiblePlace } from "../../preflight/ansible-place.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Examination, Examined } from "../machines.ts";
import { hostFindings } from "./findings.ts";
import { kvmWorks } from "./kvm.ts";

/** Looks at this host, of which machines that run already need Ansible only, and chooses where the playbooks run. */
export async function examineHost(
  lab: VagrantLab,
  folder: LabFolder,
  { depth, wish, running, bundled = false }: Examination,
  signal: AbortSignal,
): Promise<Examined> {
  const [host, choice] = await Promise.all([
    running ? [] : hostFindings({ lab, folder, signal, bundled }, depth),
    ansiblePlace(lab, wish, signal),
  ]);
  return {
    findings: [...host, ...choice.findings],
    ansible: choice.place,
    notes: [
      ...(running ? ["the machines are running"] : []),
      ...(choice.note === undefined ? [] : [choice.note]),
    ],
  };
}

/** Decides how libvirt runs the machines, unless that is settled: in software where no guest starts under KVM. */
export async function settleEmulation(
  lab: VagrantLab,
  folder: LabFolder,
  signal: AbortSignal,
): Promise<VagrantLab> {
  const { runs } = lab;
  if (runs.provider !== "libvirt" || runs.emulation !== undefined) return lab;
  const before = folder.recordedIfWhole()?.runs;
  // What an earlier run has found out of this host.
  const known = before?.kind === "vagrant" && before.provider === "libvirt" ? before.emulation : undefined;
  return { ...lab, runs: { ...runs, emulation: known ?? !(await kvmWorks(signal)) } };
}
