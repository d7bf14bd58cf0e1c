import { execFileSync, spawnSync } from "node:child_process";
import { expect, inject, test } from "vitest";
import { nameOf } from "../../../src/command-line.ts";
import { verbs } from "../../../src/verbs.ts";

const run = (...words: string[]) =>
  spawnSync(process.execPath, [inject("cli"), ...words], { encoding: "utf8" });

test("--help lists every command once", () => {
  const lines = execFileSync(process.execPath, [inject("cli"), "--help"], { encoding: "utf8" }).split("\n");
  for (const { usage, help } of verbs)
    expect(lines.filter((line) => line.trim().startsWith(`${usage} `))).toEqual([
      expect.stringContaining(help),
    ]);
});

test.each(verbs.filter(({ words }) => words !== undefined).map((verb) => [nameOf(verb), verb] as const))(
  "%s tells the words that it takes: with --help, and where one is missing",
  (name, { words = [] }) => {
    const help = run(name, "--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    const alone = run(name);
    expect(alone).toMatchObject({ status: 2, stdout: "" });
    for (const word of words) {
      const line = new RegExp(`^  ${word.name} +\\S`, "m");
      expect(help.stdout).toMatch(line);
      expect(alone.stderr).toMatch(line);
    }
    const [, remedy = ""] = /try: npx mesos-lab (.+)/.exec(alone.stderr) ?? [];
    expect(run(...remedy.split(" "))).toMatchObject({ status: 0 });
  },
);
