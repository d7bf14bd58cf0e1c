import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../../errors.ts";
import { aptInstall, missingPackages, type Programs } from "../../tools/build-programs.ts";
import { run } from "../../tools/exec.ts";
import {
  type AptSource,
  type DebianMirror,
  findMirror,
  parseDeb822Sources,
  parseOneLineSources,
} from "./sources.ts";

/**
 * Makes sure that this host can build Debian trees.
 * @throws LabError `preflight` without root, on another kind of host, or where a program is missing.
 */
export async function requireDebianHost(programs: Programs): Promise<void> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (process.platform !== "linux" || !/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release))
    throw new LabError(
      "host-without-apt",
      "images and boxes are built from Debian packages, and this host has no apt",
      {
        remedy: ["run this on a Debian or Ubuntu host and copy the result from there"],
      },
    );
  if (process.getuid?.() !== 0)
    throw new LabError("root-needed", "building from Debian packages needs root", {
      remedy: ["run it again with sudo"],
    });
  const missing = missingPackages(programs);
  if (missing.length > 0)
    throw new LabError("packages-missing", `this host lacks ${missing.join(", ")}`, {
      remedy: [[...aptInstall, ...missing].join(" ")],
    });
}

/** The Debian mirror that the host's apt uses. */
export async function hostMirror(suite: string): Promise<DebianMirror> {
  const sources: AptSource[] = [];
  for (const path of await sourceFiles()) {
    const text = await readFile(path, "utf8");
    sources.push(...(path.endsWith(".list") ? parseOneLineSources(text) : parseDeb822Sources(text)));
  }
  const mirror = findMirror(await Promise.all(sources.map(resolveMirrorList)), suite);
  if (mirror === undefined)
    throw new LabError("debian-mirror-unknown", "no Debian mirror is among this host's apt sources", {
      details: ["looked in /etc/apt/sources.list and /etc/apt/sources.list.d"],
      remedy: [`add a file to /etc/apt/sources.list.d with a line: deb <mirror> ${suite} main`],
    });
  return mirror;
}

/** The proxy that the host's apt goes through, for programs that do not ask apt. */
export async function hostProxy(): Promise<Record<string, string>> {
  const { stdout } = await run({ file: "apt-config", args: ["dump", "--format", "%f %v%n"] });
  const proxy = (scheme: string) => {
    const match = new RegExp(`^Acquire::${scheme}::Proxy (\\S+)$`, "im").exec(stdout);
    return match?.[1] === undefined || match[1] === "DIRECT" ? {} : { [`${scheme}_proxy`]: match[1] };
  };
  return { ...proxy("http"), ...proxy("https") };
}

async function sourceFiles(): Promise<string[]> {
  const parts = "/etc/apt/sources.list.d";
  const names = (await readdir(parts).catch(() => [])).sort();
  // apt, too, looks only at these endings and characters.
  const files = names
    .filter((name) => /^[\w.-]+\.(list|sources)$/.test(name))
    .map((name) => join(parts, name));
  const main = await readFile("/etc/apt/sources.list", "utf8").catch(() => "");
  return main === "" ? files : ["/etc/apt/sources.list", ...files];
}

/** Cloud images name a file with mirrors (`mirror+file:/etc/apt/mirrors/debian.list`), which only apt understands. */
async function resolveMirrorList(source: AptSource): Promise<AptSource> {
  const list = /^mirror\+file:(.*)$/.exec(source.uri)?.[1];
  if (list === undefined) return source;
  const uri = /^\s*(https?:\S+?)\/*(\s|$)/m.exec(await readFile(list, "utf8").catch(() => ""))?.[1];
  return uri === undefined ? source : { ...source, uri };
}
