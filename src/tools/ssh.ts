import { join } from "node:path";
import type { Lab, Machine } from "../lab/model.ts";
import type { Command } from "./exec.ts";

/** The SSH client with the machine's own key and its own known hosts, as the inventory has them. */
export function ssh(
  folder: string,
  lab: Lab,
  machine: Machine,
  remote: readonly string[],
  tty = false,
): Command {
  const own = machineFiles(folder, lab, machine);
  return {
    file: "ssh",
    args: [
      ...(tty ? ["-t"] : []),
      ...["-i", own.key],
      ...["-o", `UserKnownHostsFile="${own.knownHosts}"`],
      ...["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes"],
      ...["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"],
      // A machine that is gone must not be waited for without end.
      ...["-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=6"],
      `vagrant@${machine.ip}`,
      // ssh joins its words with blanks and the login shell of the machine reads them.
      ...(remote.length === 0 ? [] : ["--", remote.map(quoteForShell).join(" ")]),
    ],
  };
}

/** The files that let SSH into a machine: Vagrant makes the key, the first connection the known hosts. */
export function machineFiles(folder: string, lab: Lab, machine: Machine) {
  const own = join(folder, ".vagrant", "machines", machine.name, lab.provider);
  return { key: join(own, "private_key"), knownHosts: join(own, "known_hosts") };
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
