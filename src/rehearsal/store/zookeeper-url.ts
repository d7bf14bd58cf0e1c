import { LabError } from "../../errors.ts";

export interface ZooKeeperUrl {
  /** As the client library wants them: `h1:p,h2:p`. */
  readonly servers: string;
  /** `/mesos`; `/` where the URL names none. */
  readonly path: string;
}

/**
 * Reads `zk://h1:p,h2:p/path`.
 * @throws LabError `usage` for anything else.
 */
export function parseZooKeeperUrl(url: string): ZooKeeperUrl {
  const match = /^zk:\/\/(?:[^@/]*@)?([^/@\s]+)(\/[^\s]*)?$/.exec(url);
  const hosts = match?.[1]?.split(",") ?? [];
  if (match === null || !hosts.every((host) => /^[\w.-]+(:\d{1,5})?$/.test(host))) {
    throw new LabError("stand-in-misused", `not a ZooKeeper URL: ${JSON.stringify(url)}`, {
      remedy: ["write it as zk://host1:2181,host2:2181/path"],
    });
  }
  return {
    servers: hosts.map((host) => (host.includes(":") ? host : `${host}:2181`)).join(","),
    path: `/${(match[2] ?? "").split("/").filter(Boolean).join("/")}`,
  };
}
