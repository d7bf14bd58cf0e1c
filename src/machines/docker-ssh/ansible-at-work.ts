import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { endMarked } from "../../rehearsal/processes/marked.ts";
import { type Command, run } from "../../tools/exec.ts";
import { listIfThere } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Task } from "../../ui/tasks.ts";

/**
 * What the Ansible that works for a lab is told besides, and with it its connections. They are kept apart from those of
 * other labs: Ansible knows them by user and address alone, and would talk to another lab's machine at the same address.
 */
export function ownAnsible(folder: LabFolder): Readonly<Record<string, string>> {
  return { ...mark(folder), ANSIBLE_SSH_CONTROL_PATH_DIR: connections(folder) };
}

/**
 * Ends what an earlier run has left on this host: playbooks, where the tool was killed, and Ansible's connections, which
 * outlive it by a minute.
 */
export async function endAnsible(folder: LabFolder): Promise<void> {
  await endMarked(mark(folder));
  const sockets = listIfThere(connections(folder)).map((name) => join(connections(folder), name));
  // ssh writes its title over the environment by which it would be found.
  const endings = sockets.map((socket) => run(endsConnection(socket), { accept: "any", timeoutMs: endMs }));
  // One that does not listen ends by itself.
  await Promise.allSettled(endings);
  rmSync(connections(folder), { recursive: true, force: true });
}

/** The same, once nothing of Ansible is at work for the lab any more. */
export function afterAnsible(folder: LabFolder, then: Task): Task {
  return {
    ...then,
    task: async (context, task) => {
      await endAnsible(folder);
      return then.task(context, task);
    },
  };
}

const endMs = 10_000;

/** The host's name is not looked at: the socket says whose connection it is. */
function endsConnection(socket: string): Command {
  const path = `ControlPath="${socket.replaceAll("%", "%%")}"`;
  return { file: "ssh", args: ["-F", "none", "-o", path, "-O", "exit", "machine"] };
}

function mark({ path }: LabFolder): Readonly<Record<string, string>> {
  return { MESOS_LAB_ANSIBLE_FOR: path };
}

/** Beside Ansible's own: sockets lie there, whose paths must be short, and the lab's folder may have a long one. */
function connections({ path }: LabFolder): string {
  return join(homedir(), ".ansible", `cp-${createHash("sha256").update(path).digest("hex").slice(0, 6)}`);
}
