import { exitCodes, LabError } from "../../errors.ts";
import { type Finding, lacking } from "../../lab/finding.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { readIfThere } from "../../tools/files.ts";
import { clean } from "../../untrusted.ts";
import { keyText, pinnedKeys, shownKey } from "./host-keys.ts";

/** Why SSH did not get to a host, in a sentence each. */

/** A host that shows another key than the one that is pinned: both fingerprints, for somebody to compare. */
export function keyFinding(lab: HostsLab, machine: Machine, knownHosts: string, told: string): Finding {
  // The last one that it went to may be the host on the way.
  const name = [...told.matchAll(/using hostkeyalias: (\S+)/g)].at(-1)?.[1] ?? machine.name;
  const way = name === machine.name ? "" : `, on the way to ${machine.name},`;
  const pinned = (pinnedKeys(readIfThere(knownHosts) ?? "").get(name) ?? []).map(keyText).join(" and ");
  const shown = shownKey(told);
  return lacking(
    "error",
    machine.name,
    `${name}${way} shows another host key than at the first contact: pinned is ${pinned || "none"}, shown is ${shown === undefined ? "none" : keyText(shown)}`,
    `only if you know why, as after a new installation: ssh-keygen -R ${name} -f ${shownPath(lab, "known_hosts")}`,
  );
}

/** What ssh said when it got no connection. */
export function contactFinding(lab: HostsLab, machine: Machine, stderr: string): Finding {
  const { name } = machine;
  const said = clean(stderr.trim().split("\n").at(-1) ?? "");
  const byHand = contactByHand(lab, machine);
  if (/Permission denied/i.test(stderr))
    return lacking(
      "error",
      name,
      `${name} lets in none of the keys that ssh offers: ${said}`,
      `load the key (ssh-add) or name it and the user in the lab file (ssh: user, identityFile); ${byHand}`,
    );
  if (/Could not resolve hostname/i.test(stderr))
    return lacking(
      "error",
      name,
      `${name} is not found: ${said}`,
      `set its ssh: host in the lab file; ${byHand}`,
    );
  return lacking("error", name, `${name} does not answer over SSH: ${said || "nothing was said"}`, byHand);
}

/** A host that ssh gave up on, or that this computer has no ssh for. */
export function contactLost(lab: HostsLab, machine: Machine, error: unknown): Finding {
  if (!(error instanceof LabError) || error.exitCode === exitCodes.interrupted) throw error;
  // What ran there is a program of many lines.
  const remedy =
    error.id === "program-failed"
      ? `see whether it is very busy; ${contactByHand(lab, machine)}`
      : error.remedy.join("; ");
  return lacking("error", machine.name, `${machine.name} was not looked at: ${error.message}`, remedy);
}

function contactByHand(lab: HostsLab, { name }: Machine): string {
  return `by hand: npx mesos-lab render, then ssh -F ${shownPath(lab, "ssh_config")} ${lab.runs.ssh[name]?.alias ?? name}`;
}

function shownPath({ name }: HostsLab, file: string): string {
  return `generated/${name}/hosts/${file}`;
}
