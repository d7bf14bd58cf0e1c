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
  const own = join(folder, ".vagrant", "machines", machine.name, lab.provider);
  return {
    file: "ssh",
    args: [
      ...(tty ? ["-t"] : []),
      ...["-i", join(own, "private_key")],
      ...["-o", `UserKnownHostsFile="${join(own, "known_hosts")}"`],
      ...["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes"],
      ...["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"],
      `vagrant@${machine.ip}`,
      // ssh joins its words with blanks and the login shell of the machine reads them.
      ...(remote.length === 0 ? [] : ["--", remote.map(quoteForShell).join(" ")]),
    ],
  };
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
