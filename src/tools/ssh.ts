import type { Command } from "./exec.ts";

/** How SSH gets into a machine. */
export interface Reach {
  readonly user: string;
  readonly host: string;
  /** The file of the private key. */
  readonly key: string;
  /** The file of the host keys; the first connection writes it. */
  readonly knownHosts: string;
}

/** The SSH client with the machine's own key and its own known hosts, as the inventory has them. */
export function ssh(reach: Reach, remote: readonly string[], tty = false): Command {
  return {
    file: "ssh",
    args: [
      ...(tty ? ["-t"] : []),
      // No settings of this host's user: the machine is reached as the inventory has it.
      ...["-F", "none", "-i", reach.key],
      ...["-o", `UserKnownHostsFile="${reach.knownHosts}"`],
      ...["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes"],
      ...["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"],
      // A machine that is gone must not be waited for without end.
      ...["-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=6"],
      `${reach.user}@${reach.host}`,
      // ssh joins its words with blanks and the login shell of the machine reads them.
      ...(remote.length === 0 ? [] : ["--", remote.map(quoteForShell).join(" ")]),
    ],
  };
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
