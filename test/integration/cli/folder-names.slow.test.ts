import { type ExecFileException, execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, test } from "vitest";
import { claimNetwork, releaseNetwork } from "../../helpers/run/networks.ts";

/** A folder may have any name: none of it is a flag, a command, a template, or a line of its own to any program. */
const names: readonly (readonly [what: string, name: string])[] = [
  ["a line break", "a\nb"],
  ["a flag's beginning", "-rf"],
  ["a flag", "--json"],
  ["a command for a shell", "$(touch x)"],
  ["a command in backticks", "`touch x`"],
  ["two commands", "a;touch x"],
  ["a template of Ansible's", "{{ 7*7 }}"],
  ["a template of Ruby's", "#{1+1}"],
  ["a token of ssh's", "%h%d"],
  ["a variable", "$HOME ~"],
  ["quotes", `it's "x" \\`],
  ["a pattern", "*?[a]"],
  ["blanks at its ends", " a "],
  ["another alphabet", "实验室"],
  ["letters put together", "a\u0308"],
  ["a mark that turns the direction", "a\u202eb"],
  ["an escape", "a\u001b[2Jb"],
  ["42 characters", "x".repeat(42)],
  ["255 bytes", "x".repeat(255)],
  ["a path of 3,000", Array.from({ length: 15 }, () => "y".repeat(200)).join("/")],
];
const worst = names
  .slice(0, 17)
  .map(([, name]) => name)
  .join("");

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of that name in one of its own. */
function makeFolder(name: string): { outside: string; inside: string } {
  const outside = mkdtempSync(join(tmpdir(), "named-"));
  folders.push(outside);
  chmodSync(outside, 0o755);
  const inside = join(outside, name);
  mkdirSync(inside, { recursive: true });
  return { outside, inside };
}

interface Told {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runIn(cwd: string, file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return new Promise<Told>((resolve) => {
    const options = { cwd, env: { ...process.env, ...env } };
    execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const lab = (cwd: string, ...args: string[]) => runIn(cwd, process.execPath, [inject("cli"), ...args]);

describe.concurrent("a lab of machines in a folder whose name is", () => {
  test.each(names)("%s", async (_, name) => {
    const { outside, inside } = makeFolder(name);
    const rendered = await lab(inside, "render", "--runs-on", "vagrant");
    expect(rendered).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("internal error") });
    const dry = await lab(inside, "create", "--dry-run", "--runs-on", "vagrant");
    expect(dry).toMatchObject({ exitCode: 0 });
    // What is printed can be pasted: each program is started in that very folder, with that very setting.
    const bin = join(outside, "bin");
    mkdirSync(bin);
    for (const program of ["vagrant", "ansible-playbook", "npx"]) {
      const script = '#!/bin/sh\nprintf "%s\\0" "$(basename "$0")" "$PWD" "$ANSIBLE_CONFIG"\n';
      writeFileSync(join(bin, program), script, { mode: 0o755 });
    }
    const pasted = await runIn(outside, "bash", ["-c", dry.stdout], { PATH: `${bin}:/usr/bin:/bin` });
    expect(pasted).toMatchObject({ exitCode: 0, stderr: "" });
    const made = join(inside, "generated", "mesos-lab");
    const said = pasted.stdout.split("\0");
    expect(said[said.indexOf("vagrant") + 1]).toBe(made);
    const ansible = said.indexOf("ansible-playbook");
    expect(said.slice(ansible + 1, ansible + 3)).toEqual([made, join(made, "ansible.cfg")]);
  });

  test("no UTF-8: refused, for no program would find it", async () => {
    const { outside } = makeFolder("here");
    const script = `mkdir $'\\xff' && cd $'\\xff' && "$NODE" "$CLI" render --runs-on vagrant; echo "$? $(ls | wc -l)"`;
    const env = { NODE: process.execPath, CLI: inject("cli") };
    const { stdout, stderr } = await runIn(outside, "bash", ["-c", script], env);
    expect(stdout).toBe("3 0\n");
    expect(stderr).toContain("a name in this path is no UTF-8\n");
    expect(stderr).toContain("try: run mesos-lab in a folder whose path is UTF-8");
  });
});

describe("an embedded lab in a folder whose name is", () => {
  test.each([
    ["all of them at once", worst],
    ["a path of 3,000", names.at(-1)?.[1] ?? ""],
  ])("%s: create, demo, destroy", async (_, name) => {
    const { outside, inside } = makeFolder(name);
    const network = claimNetwork();
    writeFileSync(
      join(inside, "mesos-lab.yaml"),
      `runsOn: embedded
machines:
  - {name: master, ip: ${network}.18, services: [zookeeper, mesos-master, marathon, bamboo]}
  - {name: slave, ip: ${network}.19, services: [mesos-slave]}
`,
    );
    try {
      expect(await lab(inside, "create")).toMatchObject({ exitCode: 0 });
      expect(await lab(inside, "demo")).toMatchObject({ exitCode: 0 });
      const status = await lab(inside, "status");
      expect(status.stdout).toMatch(/slave +127\.[\d.]+19 +running/);
    } finally {
      const destroyed = await lab(inside, "destroy", "--yes");
      releaseNetwork(network);
      expect(destroyed).toMatchObject({ exitCode: 0 });
    }
    // Nothing was made by a name that was taken for a command.
    expect((await runIn(outside, "find", [".", "-name", "x"])).stdout).toBe("");
  });
});
