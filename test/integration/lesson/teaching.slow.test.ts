import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { parseCommandLine } from "../../../src/program.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

/** What docs/teaching.md and the development container tell people to type is typed here, in its order, in one lab. */

const root = new URL("../../..", import.meta.url).pathname;
const text = readFileSync(join(root, "docs/teaching.md"), "utf8");
const container = JSON.parse(readFileSync(join(root, ".devcontainer/devcontainer.json"), "utf8"));
const lab = embeddedLab();
const bin = join(lab.folder, "bin");

beforeAll(async () => {
  // `npx mesos-lab` as if it were installed.
  mkdirSync(bin);
  writeFileSync(join(bin, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${inject("cli")}" "$@"\n`);
  chmodSync(join(bin, "npx"), 0o755);
});
afterAll(() => lab.remove());

const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, body]) => body as string,
  );
const typed = blocks("sh").flatMap((body) =>
  body.split("\n").flatMap((each) => each.replace(/\s+#.*$/, "").trim() || []),
);
const job = parse(blocks("yaml").find((body) => body.startsWith("jobs:")) as string);
const steps: string[] = job.jobs.lab.steps.flatMap(({ run }: { run?: string }) => run ?? []);

function type(command: string): Promise<{ command: string; exitCode: number; output: string }> {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  return new Promise((resolve) =>
    execFile("/bin/sh", ["-c", command], { cwd: lab.folder, env }, (error, stdout, stderr) =>
      resolve({ command, exitCode: Number(error?.code ?? 0), output: stdout + stderr }),
    ),
  );
}

test("every command of this tool that the text has anywhere is one that it takes", () => {
  const commands = [...text.matchAll(/npx mesos-lab ([^`\n#>]*)/g)].map(([, words]) => words as string);
  expect(commands.length).toBeGreaterThan(25);
  for (const words of commands) {
    const argv = words.replaceAll(/"([^"]*)"/g, (_, quoted: string) => quoted.replaceAll(" ", "-")).trim();
    expect(() => parseCommandLine(["node", "mesos-lab", ...argv.split(/\s+/)], "0")).not.toThrow();
  }
});

describe.sequential("in one lab", () => {
  test("the CI job runs from its first step to its last", async () => {
    expect(steps.length).toBe(6);
    for (const command of steps) expect(await type(command)).toMatchObject({ command, exitCode: 0 });
  });

  test("the development container makes a lab; what it is made with is what CI begins with", async () => {
    expect(readFileSync(join(root, ".ci/run"), "utf8")).toContain(
      `step install ${container.postCreateCommand} `,
    );
    const [node, cli, ...words] = container.postStartCommand.split(" ");
    expect([node, cli]).toEqual(["node", "dist/cli.js"]);
    expect(await lab.run(...words)).toMatchObject({ exitCode: 0 });
    // A container that is started again.
    expect(await lab.run(...words)).toMatchObject({ exitCode: 0 });
  });

  test("the course's commands do what the text says", async () => {
    expect(typed.length).toBeGreaterThan(15);
    for (const command of typed) {
      const found = await type(command);
      // A check of what is not done yet is a result too.
      const isCheck = /(lesson|incident) check/.test(command);
      expect(found).toMatchObject({ command, exitCode: isCheck && found.exitCode === 5 ? 5 : 0 });
    }
  });
});
