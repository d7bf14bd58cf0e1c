import type { Lab } from "../../lab/model.ts";
import { type AnsiblePlace, ansiblePlace, type PlaceChoice } from "../../preflight/ansible-place.ts";
import { problemsOf } from "../../preflight/finding.ts";
import { refuse } from "../../preflight/problem.ts";
import type { Run } from "../run.ts";
import { hostFindings } from "./findings.ts";
import { kvmWorks } from "./kvm.ts";

/**
 * Finds everything that would keep the lab from being made on this host, and chooses where the playbooks run.
 * @throws LabError `preflight` that lists all problems with their remedies.
 */
export async function checkHost(
  run: Pick<Run, "lab" | "folder" | "signal">,
  wish: AnsiblePlace | undefined,
): Promise<PlaceChoice> {
  const [host, choice] = await Promise.all([
    hostFindings(run, "blocking"),
    ansiblePlace(run.lab, wish, run.signal),
  ]);
  refuse(problemsOf([...host, ...choice.findings]));
  return choice;
}

/** What a second `create` needs, whose machines are running: Ansible only. */
export async function checkProvisioning(
  run: Pick<Run, "lab" | "signal">,
  wish: AnsiblePlace | undefined,
): Promise<PlaceChoice> {
  const choice = await ansiblePlace(run.lab, wish, run.signal);
  refuse(problemsOf(choice.findings));
  return choice;
}

/** Decides how libvirt runs the machines, unless that is settled: in software where no guest starts under KVM. */
export async function settleEmulation(lab: Lab, signal: AbortSignal): Promise<Lab> {
  if (lab.provider !== "libvirt" || lab.emulation !== undefined) return lab;
  return { ...lab, emulation: !(await kvmWorks(signal)) };
}
