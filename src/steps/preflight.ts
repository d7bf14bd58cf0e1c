import type { Lab } from "../lab/model.ts";
import { hostFindings } from "../preflight/checks.ts";
import { problemsOf } from "../preflight/finding.ts";
import { kvmWorks } from "../preflight/kvm.ts";
import { refuse } from "../preflight/problem.ts";
import { ansibleFindings } from "../preflight/programs.ts";
import type { Run } from "./run.ts";

/**
 * Finds everything that would keep the lab from being made on this host.
 * @throws LabError `preflight` that lists all problems with their remedies.
 */
export async function checkHost(run: Pick<Run, "lab" | "folder" | "signal">): Promise<void> {
  refuse(problemsOf(await hostFindings(run, "blocking")));
}

/** What a second `create` needs, whose machines are running: Ansible only. */
export async function checkProvisioning(signal: AbortSignal): Promise<void> {
  refuse(problemsOf(await ansibleFindings(signal)));
}

/** Decides how libvirt runs the machines, unless that is settled: in software where no guest starts under KVM. */
export async function settleEmulation(lab: Lab, signal: AbortSignal): Promise<Lab> {
  if (lab.provider !== "libvirt" || lab.emulation !== undefined) return lab;
  return { ...lab, emulation: !(await kvmWorks(signal)) };
}
