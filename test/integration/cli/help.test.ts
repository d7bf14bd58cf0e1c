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

const lineOf = (word: string) => new RegExp(`^  ${word} +\\S`, "m");

test.each(verbs.filter(({ words }) => words !== undefined).map((verb) => [nameOf(verb), verb] as const))(
  "%s tells the words that it takes: with --help, and where one is missing",
  (name, { usage, words = [] }) => {
    const help = run(name, "--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    for (const word of words) expect(help.stdout).toMatch(lineOf(word.name));
    // Without a word it does something of its own.
    if (usage.startsWith(`${name} [`)) return;
    const alone = run(name);
    expect(alone).toMatchObject({ status: 2, stdout: "" });
    for (const word of words) expect(alone.stderr).toMatch(lineOf(word.name));
    const [, remedy = ""] = /try: npx mesos-lab (.+)/.exec(alone.stderr) ?? [];
    expect(run(...remedy.split(" "))).toMatchObject({ status: 0 });
  },
);
