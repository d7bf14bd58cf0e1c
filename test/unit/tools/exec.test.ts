import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pretty, run } from "../../../src/tools/exec.ts";
import { ssh } from "../../../src/tools/ssh.ts";

const words = [
  "plain",
  "two words",
  "it's",
  "$HOME",
  "`id`",
  "a\nb",
  "",
  "ünï",
  "*",
  "!x",
  "\\",
  '"',
  "--a=b;c",
  "~",
  "a\u001b[2Jb",
  "it's\u0007\r",
  "\u009b\u007f",
];

test("a shell reads a pretty command back as its words, its environment and its folder", () => {
  const script = `process.stdout.write(JSON.stringify([process.cwd(), process.env.ODD, ...process.argv.slice(1)]))`;
  const command = {
    file: process.execPath,
    args: ["-e", script, "--", ...words],
    cwd: "/",
    env: { ODD: "it's $HOME" },
  };
  const said = execFileSync("sh", ["-c", pretty(command)], { encoding: "utf8" });
  expect(JSON.parse(said)).toEqual(["/", "it's $HOME", ...words]);
  // What is shown steers no terminal.
  expect(pretty(command)).not.toMatch(/[^\P{Cc}\t\n]/u);
});

test("what a program writes goes to a file byte for byte, and what it complains about stays with the error", async () => {
  const outputFile = join(mkdtempSync(join(tmpdir(), "mesos-lab-exec-")), "out");
  const bytes = String.raw`printf '\000\377\r\n\n'; echo complaint >&2; exit `;
  const result = await run({ file: "sh", args: ["-c", `${bytes}0`] }, { outputFile });
  expect(result).toMatchObject({ exitCode: 0, stdout: "" });
  expect([...readFileSync(outputFile)]).toEqual([0, 255, 13, 10, 10]);
  const failing = run({ file: "sh", args: ["-c", `${bytes}3`] }, { outputFile });
  await expect(failing).rejects.toMatchObject({ details: ["complaint"] });
  rmSync(dirname(outputFile), { recursive: true });
});

test("what needs no quotes gets none", () => {
  const command = { file: "vagrant", args: ["up", "--provider=libvirt"], cwd: "/a/b-c_d.e" };
  expect(pretty(command)).toBe("(cd /a/b-c_d.e && vagrant up --provider=libvirt)");
});

test("the shell at the other end of ssh reads the words back as well", () => {
  const { args } = ssh({ destination: "h", flags: [] }, ["printf", "%s|", ...words]);
  const remote = args.at(-1) as string;
  expect(args.at(-2)).toBe("--");
  expect(execFileSync("sh", ["-c", remote], { encoding: "utf8" })).toBe(`${words.join("|")}|`);
});

test("a held input stays open until the program ends by itself, and its end takes the place of the interrupt", async () => {
  const echo = { file: "sh", args: ["-c", 'read first; echo "got $first"'] };
  expect((await run(echo, { heldInput: "word\n" })).stdout).toBe("got word");
  const waits = {
    file: "sh",
    args: ["-c", 'trap "echo signal" INT; read first; echo ready; cat; echo ended'],
  };
  const stop = new AbortController();
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (line === "ready") stop.abort();
  };
  await expect(run(waits, { heldInput: "word\n", signal: stop.signal, onLine })).rejects.toMatchObject({
    exitCode: 130,
  });
  expect(lines).toEqual(["ready", "ended"]);
});
