import { LabError } from "../errors.ts";

/**
 * What can be said of an ACL without HAProxy: it must be one line with balanced quotes, and begin with a fetch.
 * Everything else HAProxy itself is asked, before Bamboo 0.2.11 sees it: a bad one takes that Bamboo down for good.
 */
export function aclFault(acl: string): string | undefined {
  if (acl.trim() === "") return "it is empty";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(acl)) return "it has a line break or another control character";
  const bare = acl.replaceAll(/\\./g, "").replaceAll(/'[^']*'/g, "");
  if ((bare.match(/"/g) ?? []).length % 2 === 1) return "a double quote is not closed";
  if (bare.replaceAll(/"[^"]*"/g, "").includes("'")) return "a single quote is not closed";
  if (/(^|\s)#/.test(bare)) return "what follows a # would be a comment";
  return undefined;
}

/** The smallest configuration in which HAProxy checks an ACL. */
export function aclCheckConfig(acl: string): string {
  return `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend check
  bind 127.0.0.1:65000
  acl checked ${acl}
  use_backend checked if checked
backend checked
`;
}

export function badAcl(acl: string, fault: string): LabError {
  return new LabError("acl-refused", `the ACL "${acl}" is not one that HAProxy accepts`, {
    details: [fault],
    remedy: ["an ACL such as `path_beg -i /` or `hdr(host) -i example.org`"],
  });
}
