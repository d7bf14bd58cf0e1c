import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesBelow } from "../../src/tools/files.ts";

/** Who may import whom. docs/architecture.md tells why. */

/** From the ground up: a folder imports what stands before it, and nothing beside or above it. */
const floors: readonly (readonly string[])[] = [
  ["error-ids.ts", "untrusted.ts"],
  ["errors.ts"],
  ["lab"],
  ["render", "ui"],
  ["flags.ts"],
  ["command-line.ts"],
  ["tools"],
  ["probes"],
  ["rehearsal", "lock", "preflight", "foundry", "registry", "claims", "demo"],
  ["machines"],
  ["bundle", "drain", "drills", "lesson"],
  ["watch", "profile"],
  ["commands"],
  ["verbs.ts"],
  ["program.ts"],
  ["interruption.ts"],
  ["cli.ts"],
  ["start.ts"],
];

/** Narrower than their floor: all that these may import of this code. */
const narrow: readonly (readonly [RegExp, RegExp])[] = [
  [/^render\//, /^(lab|render)\//],
  [/^rehearsal\//, /^(rehearsal|tools)\/|^error(-id)?s\.ts$/],
  [/^machines\/machines\.ts$/, /^lab\/|^ui\/tasks\.ts$/],
  [/^machines\/vagrant\//, /^(?!machines\/(hosts|embedded)\/)/],
  [/^machines\/hosts\//, /^(?!machines\/(vagrant|embedded)\/)/],
  [/^machines\/embedded\//, /^(?!machines\/(vagrant|hosts|docker-ssh)\/)/],
  [/^machines\/docker-ssh\//, /^(?!machines\/(vagrant|hosts|embedded)\/)/],
];

/** Code that computes and touches nothing outside. */
const pure = /^(lab|render|claims\/judge|drills\/(analysis|model|report)|watch\/model|profile)\//;
const effects = builtinModules.filter((name) => !["path", "url", "util", "buffer", "crypto"].includes(name));

/** The one place that knows an outside library. */
const importers: Readonly<Record<string, RegExp>> = {
  execa: /^tools\/exec\.ts$/,
  undici: /^probes\/http\.ts$/,
  handlebars: /^render\/template\.ts$/,
  cac: /^program\.ts$/,
  listr2: /^ui\/tasks\.ts$/,
  "string-width": /^ui\/text\.ts$/,
  "cli-truncate": /^ui\/text\.ts$/,
  "wrap-ansi": /^ui\/text\.ts$/,
  "node-zookeeper-client": /^rehearsal\/store\/zookeeper/,
  "@hono/node-server": /^rehearsal\//,
};

const root = fileURLToPath(new URL("../../src", import.meta.url));
const sources = filesBelow(root).filter((path) => path.endsWith(".ts"));
const imports = new Map(sources.map((path) => [path, importsOf(path)]));

/** What a file imports, types included: a path below src, or a package's name. */
function importsOf(path: string): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  const named = [...text.matchAll(/^(?:import|export) [^"']*?from "([^"]+)"|\bimport\("([^"]+)"\)/gm)];
  return named.map(([, from, loaded]) => {
    const name = (from ?? loaded) as string;
    return name.startsWith(".") ? posix.join(posix.dirname(path), name) : name.replace(/^node:/, "");
  });
}

function offences(isWrong: (from: string, to: string) => boolean): readonly string[] {
  return sources.flatMap((from) =>
    (imports.get(from) ?? []).filter((to) => isWrong(from, to)).map((to) => `${from} imports ${to}`),
  );
}

const isOurs = (name: string) => imports.has(name);
const folder = (path: string) => path.split("/")[0] as string;
const floorOf = (path: string) => floors.findIndex((names) => names.includes(folder(path)));

test("every folder stands on a floor, and no arrow goes up or sideways", () => {
  expect(sources.filter((path) => floorOf(path) < 0)).toEqual([]);
  expect(
    offences((from, to) => isOurs(to) && folder(from) !== folder(to) && floorOf(to) >= floorOf(from)),
  ).toEqual([]);
});

test.each(narrow)("%s imports only %s", (from, allowed) => {
  expect(offences((path, to) => from.test(path) && isOurs(to) && !allowed.test(to))).toEqual([]);
});

test("no file leads back to itself, not even by its types", () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    else if (!done.has(path))
      for (const next of imports.get(path) ?? []) if (isOurs(next)) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of sources) walk(path, []);
  expect(circles).toEqual([]);
});

test("pure code touches nothing outside", () => {
  expect(offences((path, to) => pure.test(path) && effects.includes(to))).toEqual([]);
});

test("each outside library has one place that knows it", () => {
  const isElsewhere = (path: string, to: string) => importers[to] !== undefined && !importers[to]?.test(path);
  expect(offences(isElsewhere)).toEqual([]);
});

/** What is loaded together with a file: what it imports in turn, but types and what it loads later. */
function loadedWith(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path) || !isOurs(path)) return found;
  found.add(path);
  const text = readFileSync(join(root, path), "utf8");
  for (const [, names = "", from = ""] of text.matchAll(
    /^(?:import|export) (?!type )([^"']*?)from "(\.[^"]+)"/gm,
  )) {
    const isOfTypes = names.startsWith("{") && !/[{,]\s*(?!type )\w/.test(names);
    if (!isOfTypes) loadedWith(posix.join(posix.dirname(path), from), found);
  }
  return found;
}

// undici takes a tenth of a second, on a slow computer more: create loads it while the services start, and others never.
test.each(["create/create.ts", "create/reset.ts", "render.ts", "up.ts", "halt.ts", "destroy.ts"])(
  "commands/%s is loaded without what asks over HTTP",
  (command) => {
    const loaded = loadedWith(`commands/${command}`);
    expect(loaded.size).toBeGreaterThan(20);
    expect(loaded).not.toContain("probes/http.ts");
  },
);
