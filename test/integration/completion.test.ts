import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { flagsOf, nameOf } from "../../src/command-line.ts";
import { drills } from "../../src/drills/catalogue.ts";
import { verbs } from "../../src/verbs.ts";
import { missing } from "../helpers/missing.ts";

const shells = ["bash", "zsh", "fish", "powershell"];

const folder = mkdtempSync(join(tmpdir(), "mesos-lab-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const scriptOf = (shell: string) => join(folder, `completion.${shell}`);

beforeAll(() => {
  for (const shell of shells)
    writeFileSync(scriptOf(shell), execFileSync(process.execPath, [inject("cli"), "completion", shell]));
  writeFileSync(join(folder, "my-app.json"), "{}");
});

/** What is typed, Tab at its end, and what the shell makes of it. */
const typed: readonly (readonly [string, string])[] = [
  ["mesos-lab destr", "mesos-lab destroy "],
  ["mesos-lab completion pow", "mesos-lab completion powershell "],
  ["mesos-lab drill remo", "mesos-lab drill remove-container "],
  ["mesos-lab drill --compare --repeat 3 remo", "mesos-lab drill --compare --repeat 3 remove-container "],
  ["mesos-lab images bu", "mesos-lab images build "],
  ["mesos-lab logs mesos-d", "mesos-lab logs mesos-dns "],
  ["mesos-lab verify --time", "mesos-lab verify --timeout"],
  ["mesos-lab create --stack cl", "mesos-lab create --stack classic "],
  ["mesos-lab create --stack=cl", "mesos-lab create --stack=classic "],
  ["mesos-lab create --provider libv", "mesos-lab create --provider libvirt "],
  ["mesos-lab demo --app my-", "mesos-lab demo --app my-app.json "],
];

describe.each<[shell: string, setUp: string]>([
  ["bash --norc --noprofile -i", "PS1='$ '"],
  ["zsh -f -i", "PS1='$ '; autoload -U compinit; compinit -u -D"],
])("%s", (command, setUp) => {
  const shell = command.split(" ", 1)[0] ?? "";
  const absent = missing(shell, "script");

  test.skipIf(absent !== "")(`completes what is typed in a terminal${absent}`, async () => {
    const terminal = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TERM: "dumb", LANG: "C.UTF-8" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let shown = "";
    terminal.stdout.setEncoding("utf8").on("data", (text) => {
      shown += text;
    });
    const ended = once(terminal, "close").then(() => true);
    const shows = async (wanted: string) => {
      while (!shown.includes(wanted))
        if ((await Promise.race([once(terminal.stdout, "data"), ended])) === true)
          throw new Error(`no ${wanted} in ${JSON.stringify(shown)}`);
      shown = "";
    };
    try {
      // The word is put together, so that the echo of what is typed is not taken for what is printed.
      terminal.stdin.write(`${setUp}; source ${scriptOf(shell)}; echo re""ady\r`);
      await shows("ready");
      for (const [words, completed] of typed) {
        terminal.stdin.write(`${words}\t`);
        await shows(completed);
        // Ctrl-U: the line is taken away.
        terminal.stdin.write("\x15");
      }
      terminal.stdin.write("exit\r");
      expect(await ended).toBe(true);
    } finally {
      terminal.kill("SIGKILL");
    }
  });
});

describe("fish", () => {
  const absent = missing("fish");
  const offered = (words: string) =>
    execFileSync(
      "fish",
      ["--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, scriptOf("fish"), words],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder },
        encoding: "utf8",
      },
    )
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t", 1)[0]);

  test.skipIf(absent !== "")(`offers what belongs there, and nothing else${absent}`, () => {
    for (const [words, completed] of typed) {
      const wanted = completed.trimEnd().split(" ").at(-1);
      expect({ words, offered: offered(words) }).toEqual({ words, offered: [wanted] });
    }
    expect(offered("mesos-lab drill ")).toEqual(drills.map(({ name }) => name).sort());
    expect(offered("mesos-lab halt ")).toEqual([""]);
  });
});

test.skipIf(missing("shellcheck") !== "")(`shellcheck reads bash's script${missing("shellcheck")}`, () => {
  execFileSync("shellcheck", [scriptOf("bash")], { stdio: "pipe" });
});

test("every command and flag is in every script", () => {
  for (const shell of shells) {
    const text = readFileSync(scriptOf(shell), "utf8");
    for (const verb of verbs) expect(text).toContain(nameOf(verb));
    for (const { names } of flagsOf(verbs))
      for (const name of names) expect(text).toContain(shell === "fish" ? name.replace(/^--?/, "") : name);
  }
});
