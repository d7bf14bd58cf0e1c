import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow } from "../../src/tools/files.ts";
import { isInstalled } from "../../src/tools/host.ts";

/** Every script of the product and of its tests is read by the linter of its kind. */

const root = new URL("../..", import.meta.url).pathname;
/** Not the tutorial's commands, which stand here as they were written. */
const places = [".ci", "templates", "test/e2e", "test/helpers"];
const scripts = places.flatMap((place) => filesBelow(join(root, place)).map((path) => `${place}/${path}`));

const kinds = [
  {
    kind: "shell",
    // What a script reads in of another place is not there yet.
    linter: ["shellcheck", "--exclude=SC1090,SC1091"],
    names: /\.sh$/,
    firstLine: /^#!.*\b(ba)?sh\b/,
  },
  { kind: "Python", linter: ["pyflakes3"], names: /\.py$/, firstLine: /^#!.*\bpython3?\b/ },
  { kind: "Ruby", linter: ["ruby", "-c"], names: /^templates\/.*Vagrantfile$/, firstLine: /^#!.*\bruby\b/ },
];

describe.each(kinds)("$kind", ({ linter: [program = "", ...args], names, firstLine }) => {
  const found = scripts.filter((path) => names.test(path) || firstLine.test(head(path)));

  test("there are some", () => {
    expect(found).not.toEqual([]);
  });

  // Where a linter is missing the test is counted as skipped, never as passed.
  test.skipIf(!isInstalled(program)).each(found)(`%s (${program})`, (path) => {
    const run = () => execFileSync(program, [...args, path], { cwd: root, encoding: "utf8", stdio: "pipe" });
    expect(run).not.toThrow();
  });
});

function head(path: string): string {
  return readFileSync(join(root, path), "latin1").split("\n", 1)[0] ?? "";
}
