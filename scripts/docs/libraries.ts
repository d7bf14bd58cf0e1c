import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What each library whose code is in the package is for. */
const purposes: Readonly<Record<string, string>> = {
  "@hono/node-server": "serves what hono answers",
  cac: "the command line",
  "cli-truncate": "cuts text to the width of a terminal",
  "dns-packet": "reads and writes DNS messages",
  execa: "runs programs",
  handlebars: "fills templates",
  hono: "routes of the stand-ins, escaped HTML of reports",
  httpxy: "the HTTP proxy of a Bamboo without HAProxy",
  listr2: "shows tasks as they go on",
  "node-zookeeper-client": "the stand-ins' ZooKeeper client",
  "proper-lockfile": "one command at a time for a lab and for the cache",
  semver: "compares versions",
  "string-width": "measures text on a terminal",
  tar: "unpacks archives that a task fetches",
  undici: "asks over HTTP",
  "wrap-ansi": "breaks lines at the width of a terminal",
  yaml: "reads lab files, writes playbooks",
  yauzl: "unpacks zip archives that a task fetches",
  zod: "describes and checks lab files and what services answer",
};

const root = new URL("../..", import.meta.url);
const installed = createRequire(new URL("package.json", root));

/** The libraries whose code `dist` holds, as a table; those that they need in turn are in THIRD-PARTY-NOTICES. */
export function librariesTable(): string {
  const rows = Object.entries(purposes).map(([name, purpose]) => {
    const { version, license } = manifest(name);
    return `| ${name} | ${purpose} | ${version} | ${license} |`;
  });
  return ["| library | what for | version | licence |", "|---|---|---|---|", ...rows].join("\n");
}

/** A library's package.json, which not every library exports. */
function manifest(name: string): { readonly version: string; readonly license: string } {
  const folder = installed.resolve.paths(name)?.[0] ?? "";
  return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
}
