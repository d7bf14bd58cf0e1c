/** How a registry wants to be asked, from its `WWW-Authenticate` header. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Undefined for a header that asks for something else, or for nothing that can be done. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const bearer = /\bbearer\s+(.*)/is.exec(header ?? "")?.[1];
  if (bearer !== undefined) {
    const parameters = new Map(
      [...bearer.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)].map(
        ([, name = "", quoted, plain]) => [
          name.toLowerCase(),
          quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "",
        ],
      ),
    );
    const [realm, service, scope] = ["realm", "service", "scope"].map((name) => parameters.get(name));
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    return { scheme: "bearer", realm, ...(service && { service }), ...(scope && { scope }) };
  }
  return /\bbasic\b/i.test(header ?? "") ? { scheme: "basic" } : undefined;
}
