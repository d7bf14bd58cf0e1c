import { controllerOf } from "../lab/controller.ts";
import { type Finding, problemsOf } from "../lab/finding.ts";
import type { AnsiblePlace, Lab } from "../lab/model.ts";
import { ansibleFindings } from "./programs.ts";

export interface PlaceChoice {
  readonly place: AnsiblePlace;
  /** Of this host's Ansible; errors only where it must be this one. */
  readonly findings: readonly Finding[];
  /** Said aloud where the place is not the usual one. */
  readonly note?: string;
}

/**
 * This host where its Ansible is usable, else inside.
 * @param wish what the user insists on.
 * @param found what is known of this host's Ansible.
 */
export function choosePlace(
  lab: Lab,
  wish: AnsiblePlace | undefined,
  found: readonly Finding[],
): PlaceChoice {
  const inside = `the playbooks run from inside ${controllerOf(lab).name}`;
  if (wish === "guest") return { place: "guest", findings: [], note: inside };
  const [problem] = problemsOf(found);
  if (wish === "host" || problem === undefined) return { place: "host", findings: found };
  const findings = found.map(
    (each): Finding =>
      each.level === "error" ? { ...each, level: "warn", seen: `${each.seen}: ${inside}` } : each,
  );
  return { place: "guest", findings, note: `${problem.what}: ${inside}` };
}

/** Looks at this host's Ansible, unless the wish makes that needless, and chooses. */
export async function ansiblePlace(
  lab: Lab,
  wish: AnsiblePlace | undefined,
  signal: AbortSignal,
): Promise<PlaceChoice> {
  return choosePlace(lab, wish, wish === "guest" ? [] : await ansibleFindings(signal));
}
