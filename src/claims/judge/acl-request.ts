/** A request that a rule of HAProxy is for. */
export interface AclRequest {
  readonly path: string;
  readonly host?: string;
}

/** What fits each kind of condition; `%` stands for its value. */
const paths: Readonly<Record<string, string>> = { path: "%", path_beg: "%", path_dir: "/%/", path_end: "/%" };
const hosts: Readonly<Record<string, string>> = {
  "hdr(host)": "%",
  "hdr_beg(host)": "%",
  "hdr_dom(host)": "%",
  "hdr_end(host)": "x%",
  "hdr_sub(host)": "%",
};

/**
 * A request that fits an ACL of the simple kinds that rules are made of: a path or a host, by its first value. Undefined
 * for any other: what fits it, only HAProxy knows.
 */
export function requestFor(acl: string): AclRequest | undefined {
  const [kind = "", ...rest] = acl.trim().split(/\s+/);
  const [value = ""] = rest[0] === "-i" ? rest.slice(1) : rest;
  if (!/^[\w./:~-]+$/.test(value) || value.startsWith("-")) return undefined;
  const [path, host] = [paths[kind], hosts[kind]];
  if (path !== undefined) {
    const asked = path.replace("%", () => value).replace(/^\/\/+/, "/");
    return asked.startsWith("/") ? { path: asked } : undefined;
  }
  return host === undefined ? undefined : { path: "/", host: host.replace("%", () => value) };
}
