import type { Socket } from "node:net";
import type { UserRange } from "../processes/users.ts";
import { type End, isNumbered, knowsUsers, userOf } from "./peer.ts";

/** Who may call the servers of an embedded lab. */
export interface Callers {
  /** The names and addresses under which a client may call, `.mesos` for all of a domain. */
  readonly hosts: readonly string[];
  /** Ids of the users whose programs may call; absent: any user of this computer. */
  readonly users?: readonly number[];
  /** Users whose programs may look, and change nothing: a lab's own tasks. */
  readonly readers?: UserRange;
}

/** The same without its users, where this host's kernel does not tell who calls a server. */
export function tellable(callers: Callers, server: End): Callers {
  return callers.users === undefined || knowsUsers(server) ? callers : { hosts: callers.hosts };
}

/** Why a request is refused; undefined where it is not. */
export type Gate = (request: Request, socket: Socket | undefined) => string | undefined;

/**
 * Refuses what a page of another site makes a browser send: a foreign `Origin` (a page that posts here), or a foreign
 * `Host` (a page whose name was made to point here after it was loaded). Refuses the programs of other users too.
 */
export function gate({ hosts, users, readers }: Callers): Gate {
  // One look for a connection: who has opened it stays the same.
  const seen = new WeakMap<Socket, number | undefined>();
  return (request, socket) => {
    const wrong = otherPlace(request.headers, hosts);
    if (wrong !== undefined || users === undefined || socket === undefined) return wrong;
    if (!seen.has(socket)) seen.set(socket, callerOf(socket));
    const user = seen.get(socket);
    if (user !== undefined && users.includes(user)) return undefined;
    if (
      user !== undefined &&
      readers !== undefined &&
      user >= readers.first &&
      user < readers.first + readers.count
    )
      return ["GET", "HEAD"].includes(request.method)
        ? undefined
        : 'tasks of this lab may look and change nothing: an app with `"user": "root"` may';
    return `this lab is another user's${user === undefined ? "" : `: you are user ${user}`}. Its owner can open it to all users of this computer: npx mesos-lab create --shared`;
  };
}

function otherPlace(headers: Headers, hosts: readonly string[]): string | undefined {
  const host = headers.get("host");
  const origin = headers.get("origin");
  const name = host?.replace(/\.?(:\d+)?$/, "").toLowerCase();
  // Browsers send one always; HTTP/1.0 needs none.
  if (name !== undefined && !hosts.some((own) => name === own || (own.startsWith(".") && name.endsWith(own))))
    return `the Host header ${JSON.stringify(host)} is not one of this lab`;
  if (origin !== null && origin !== `http://${host}`)
    return `requests from the pages of ${JSON.stringify(origin)} are not taken`;
  return undefined;
}

const acceptedAt = new WeakMap<Socket, number>();

/** Notes when a connection was taken: what is known of connections by then or later tells of this one. */
export function noteAccepted(socket: Socket): void {
  acceptedAt.set(socket, performance.now());
}

function callerOf(socket: Socket): number | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const [from, to] = [
    { host: remoteAddress, port: remotePort },
    { host: localAddress, port: localPort },
  ];
  // A connection that its client has closed already gets no answer anyhow.
  return isNumbered(from) && isNumbered(to) ? userOf(from, to, acceptedAt.get(socket)) : undefined;
}
