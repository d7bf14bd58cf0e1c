import type { Command } from "./exec.ts";

/** How SSH gets into a machine. */
export interface Reach {
  /** What it is told to go to: `user@host`, or a host of its configuration. */
  readonly destination: string;
  /** The flags with which it gets there. */
  readonly flags: readonly string[];
}

/** A key and the host keys that the tool keeps for a machine of its own. */
export interface OwnKey {
  /** The file of the private key. */
  readonly key: string;
  /** The file of the host keys; the first connection writes it. */
  readonly knownHosts: string;
}

/** The way into a machine of the tool's own, as the inventory has it. */
export function reachWithKey(user: string, host: string, { key, knownHosts }: OwnKey): Reach {
  return {
    destination: `${user}@${host}`,
    flags: [
      // No settings of this host's user: the machine is reached as the inventory has it.
      ...["-F", "none", "-i", key],
      ...["-o", `UserKnownHostsFile="${knownHosts}"`],
      ...["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes"],
      ...["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"],
      // A machine that is gone must not be waited for without end.
      ...["-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=6"],
    ],
  };
}

/** The SSH client, which runs a program on a machine; none: a login shell. */
export function ssh(
  { destination, flags }: Reach,
  remote: readonly string[],
  more: readonly string[] = [],
): Command {
  return {
    file: "ssh",
    args: [
      ...more,
      ...flags,
      destination,
      // ssh joins its words with blanks and the login shell of the machine reads them.
      ...(remote.length === 0 ? [] : ["--", remote.map(quoteForShell).join(" ")]),
    ],
  };
}

/** Nobody sits there who could be asked for a passphrase. */
export const unattended = ["-o", "BatchMode=yes"];
/** The program gets a terminal. */
export const withTerminal = ["-t"];

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
