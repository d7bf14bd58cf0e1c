/** The host's apt sources, read to find the Debian mirror that everything is built from. */

export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A keyring file; undefined where apt's own keys (or an inline key) serve. */
  readonly signedBy?: string;
  readonly trusted: boolean;
}

/** The archive and, where the host has one, the security archive of a Debian release. */
export interface DebianMirror {
  readonly archive: AptSource;
  readonly security?: AptSource;
}

const codenames = "bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable";
const debianSuite = new RegExp(`^(${codenames})$`);
const debianSecuritySuite = new RegExp(`^(${codenames})(-security|/updates)$`);

/** Reads a `.list` file: one source per line. Source packages and CD-ROMs are left out. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    if (uri.startsWith("cdrom:")) return [];
    const fields = new Map(words(options).map((option) => splitOnce(option.toLowerCase(), option, "=")));
    return [source(uri, [suite], words(components), fields.get("signed-by"), fields.get("trusted"))];
  });
}

/** Reads a `.sources` file: deb822 paragraphs. */
export function parseDeb822Sources(text: string): AptSource[] {
  const paragraphs = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const fields = new Map(
      // A line that starts with a blank goes on with the field before it.
      paragraph
        .replace(/\n[ \t]+/g, " ")
        .split("\n")
        .map((line) => splitOnce(line.toLowerCase(), line, ":")),
    );
    const list = (name: string) => words(fields.get(name) ?? "");
    if (!list("types").includes("deb") || /^(no|false|0)$/i.test(fields.get("enabled") ?? "")) return [];
    return list("uris")
      .filter((uri) => !uri.startsWith("cdrom:"))
      .map((uri) =>
        source(uri, list("suites"), list("components"), fields.get("signed-by"), fields.get("trusted")),
      );
  });
}

/** The mirror for `suite`: a source that names it, else one of another Debian release (a mirror carries them all). */
export function findMirror(sources: readonly AptSource[], suite: string): DebianMirror | undefined {
  const debian = sources.filter((entry) => entry.components.includes("main"));
  const pick = (pattern: RegExp, exact: string) => {
    const fitting = debian.filter((entry) => entry.suites.some((name) => pattern.test(name)));
    return fitting.find((entry) => entry.suites.includes(exact)) ?? fitting[0];
  };
  const archive = pick(debianSuite, suite);
  const security = pick(debianSecuritySuite, `${suite}-security`);
  if (archive === undefined) return undefined;
  return security === undefined ? { archive } : { archive, security };
}

/** What apt is told while building (with the host's keyrings and, where the host has them, credentials). */
export function buildSources(mirror: DebianMirror, suite: string): string {
  return lines(mirror, suite, (entry) => ({
    uri: entry.uri,
    options: entry.trusted ? "[trusted=yes] " : entry.signedBy ? `[signed-by=${entry.signedBy}] ` : "",
  }));
}

/** What a finished machine or image is told: the same mirror, without anybody's password. */
export function guestSources(mirror: DebianMirror, suite: string): string {
  return lines(mirror, suite, (entry) => ({
    uri: entry.uri.replace(/^(https?:\/\/)[^/@]*@/, "$1"),
    options: entry.trusted ? "[trusted=yes] " : "",
  }));
}

function lines(
  mirror: DebianMirror,
  suite: string,
  show: (entry: AptSource) => { uri: string; options: string },
): string {
  const line = (entry: AptSource, name: string) => {
    const { uri, options } = show(entry);
    return `deb ${options}${uri} ${name} main\n`;
  };
  return (
    line(mirror.archive, suite) +
    (mirror.security === undefined ? "" : line(mirror.security, `${suite}-security`))
  );
}

function source(
  uri: string,
  suites: readonly string[],
  components: readonly string[],
  signedBy: string | undefined,
  trusted: string | undefined,
): AptSource {
  return {
    uri: uri.replace(/\/+$/, ""),
    suites,
    components,
    ...(signedBy?.startsWith("/") ? { signedBy } : {}),
    trusted: /^(yes|true|1)$/i.test(trusted ?? ""),
  };
}

/** `[name, value]` of `text`; the name is taken from `lower`, so that names compare without regard to case. */
function splitOnce(lower: string, text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [lower.trim(), ""] : [lower.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
