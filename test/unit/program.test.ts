import { expect, test } from "vitest";
import { LabError } from "../../src/errors.ts";
import { parseCommandLine } from "../../src/program.ts";

const parse = (...words: string[]) => parseCommandLine(["node", "mesos-lab", ...words], "1.2.3");
function refusal(...words: string[]): string {
  try {
    parse(...words);
  } catch (error) {
    if (error instanceof LabError && error.exitCode === 2) return error.message;
    throw error;
  }
  return "accepted";
}

test.each<[string[], boolean]>([
  [["create"], false],
  [["create", "--json"], true],
  [["--json", "create"], true],
  [["create", "--name", "007", "--memory=1024"], false],
  [["create", "--dry-run"], false],
  [["create", "--discovery", "bamboo", "--discovery=mesos-dns"], false],
  [["ssh", "slave"], false],
  [["ssh", "slave", "--", "docker", "ps", "--json"], false],
  [["logs", "marathon", "-f"], false],
  [["watch", "monday.jsonl", "--output", "x.html"], false],
  [["lesson", "--web", "rule"], false],
  [["lesson", "rule", "--web"], false],
])("%j is accepted, JSON: %s", (words, json) => {
  expect(parse(...words)?.json).toBe(json);
});

test.each<[string[], RegExp]>([
  [[], /^no command is given$/],
  [["creat"], /^there is no command "creat", did you mean "create"\?$/],
  [["teardown"], /^there is no command "teardown", known here: create, /],
  [["create", "--nmae", "x"], /[Uu]nknown option.*nmae/],
  [["create", "--name"], /^--name needs a value$/],
  [["create", "--name", "--json"], /^--name needs a value$/],
  [["create", "--no-name"], /^--name needs a value$/],
  [["create", "--name", "a", "--name", "b"], /^--name is given 2 times$/],
  [["create", "--master-ip", "1.1.1.1", "--master-ip", "1.1.1.2"], /^--master-ip is given 2 times$/],
  [["create", "please"], /[Uu]nused args.*please/],
  [["ssh"], /missing required args/],
  [["bundle", "save"], /missing required args/],
  [["drill"], /^drill needs to know which drill$/],
  [["drill", "kil-task"], /^there is no drill "kil-task", did you mean "kill-task"\?$/],
  [["images"], /^images needs to know which action$/],
  [["images", "--json"], /^images needs to know which action$/],
  [["box", "bild"], /^there is no action "bild", did you mean "build"\?$/],
  [["lesson", "rule"], /^there is no action "rule", known here: check, /],
  [["bundle"], /^bundle needs to know which action$/],
  [["completion", "tcsh"], /^there is no shell "tcsh", known here: bash, zsh, fish, powershell$/],
  [["ssh", "slave", "ls", "-l"], /[Uu]nknown option/],
  [["status", "--memory", "1024"], /[Uu]nknown option/],
])("%j is refused", (words, message) => {
  expect(refusal(...words)).toMatch(message);
});

test.each([
  ["verify", "--timeout", "soon"],
  ["verify", "--timeout", "-1"],
  ["verify", "--timeout", "99999999"],
  ["logs zookeeper", "--tail", "all"],
])("%s %s %s is refused", async (verb, flag, value) => {
  await expect(async () => parse(...verb.split(" "), flag, value)?.run({} as never)).rejects.toThrow(
    /--(timeout|tail) .*must be a whole number|needs a value|[Uu]nknown option/,
  );
});
