import { readFileSync } from "node:fs";

/** An end of a connection of TCP over IPv4. */
export interface End {
  readonly host: string;
  readonly port: number;
}

export function isNumbered(end: Partial<Record<keyof End, unknown>>): end is End {
  return typeof end.host === "string" && typeof end.port === "number";
}

/** A client that uses IPv6 has its connections to IPv4 addresses in the second. */
const tables = ["/proc/net/tcp", "/proc/net/tcp6"];

/**
 * The id of the user whose program has opened a connection on this computer, out of the kernel's own table
 * (https://docs.kernel.org/networking/proc_net_tcp.html); undefined where it has been closed since.
 * @param acceptedAt when the connection was taken, by the clock that nobody sets
 */
export function userOf(client: End, server: End, acceptedAt = performance.now()): number | undefined {
  const [from, to] = [hexOf(client), hexOf(server)];
  for (const table of tables) {
    const user = userIn(readSince(table, acceptedAt), from, to);
    if (user !== undefined) return user;
  }
  return undefined;
}

/** Whether this host's kernel tells of a server that listens here, so that its clients can be told from each other. */
export function knowsUsers(server: End): boolean {
  return userIn(read(tables[0] ?? ""), hexOf(server), "00000000:0000") !== undefined;
}

/** @param text lines of `number: local remote state queues timer retransmits user timeout inode …` */
export function userIn(text: string, local: string, remote: string): number | undefined {
  // Not line by line: after a drill there are thousands, of connections that have ended.
  for (let at = text.indexOf(`${local} `); at !== -1; at = text.indexOf(`${local} `, at + 1)) {
    const [begin, end] = [text.lastIndexOf("\n", at) + 1, text.indexOf("\n", at)];
    const line = text.slice(begin, end === -1 ? undefined : end);
    const [, own = "", other = "", , , , , user, , inode] = line.trim().split(/\s+/);
    // A socket that its program has closed has no inode, and counts as root's.
    if (own.endsWith(local) && other.endsWith(remote) && inode !== "0") return Number(user);
  }
  return undefined;
}

/** `127.0.0.1:80` as `0100007F:0050`, the way the table has it. Its order of bytes is that of the processor: x86 and ARM. */
export function hexOf({ host, port }: End): string {
  const bytes = host.replace(/^::ffff:/, "").split(".");
  const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, "0");
  return `${bytes
    .toReversed()
    .map((byte) => hex(Number(byte), 2))
    .join("")}:${hex(port, 4)}`;
}

/** What was read last, as long as what came meanwhile is served. */
const looks = new Map<string, { readonly text: string; readonly at: number }>();

/**
 * One look for all connections that came before it: the kernel takes milliseconds for its table, and a hundred slaves of one
 * process have hundreds of connections. An older look is of no use: the same port may have been another user's then.
 */
function readSince(table: string, since: number): string {
  const known = looks.get(table);
  if (known !== undefined && known.at > since) return known.text;
  const at = performance.now();
  const text = read(table);
  looks.set(table, { text, at });
  setImmediate(() => looks.delete(table));
  return text;
}

function read(table: string): string {
  try {
    return readFileSync(table, "latin1");
  } catch {
    return "";
  }
}
