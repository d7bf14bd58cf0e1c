import { endMarked } from "../../rehearsal/processes/marked.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";

/** In the environment of the Ansible that works for a lab, and so in that of its connections. */
export function ansibleMark({ path }: LabFolder): Readonly<Record<string, string>> {
  return { MESOS_LAB_ANSIBLE_FOR: path };
}

/**
 * Ends what an earlier run has left on this host: playbooks, where the tool was killed, and Ansible's connections, which
 * outlive it by a minute.
 */
export async function endAnsible(folder: LabFolder): Promise<void> {
  await endMarked(ansibleMark(folder));
}
