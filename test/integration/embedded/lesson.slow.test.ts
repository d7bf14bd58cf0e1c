import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

const lab = embeddedLab();
beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());

const text = (name: string) => readFileSync(join(lab.folder, "generated/mesos-lab", name), "utf8");
/** The commands of all code blocks; one that goes on in the next line is one command. */
const commands = (lesson: string) =>
  [...lesson.matchAll(/^ *```sh\n(.*?)^ *```/gms)].flatMap(([, block = ""]) =>
    block
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );

describe("the lesson of an embedded lab", () => {
  test("has the same commands in both languages, with this lab's addresses, and none for machines", () => {
    const [english, chinese] = [text("lesson.md"), text("lesson.zh.md")];
    expect(commands(chinese)).toEqual(commands(english));
    for (const lesson of [english, chinese]) {
      expect(lesson).toContain(`\`slave\` ${lab.slave}`);
      expect(lesson).not.toMatch(
        /192\.168|docker exec|docker rm|vagrant (?:up|ssh)|mesos-lab ssh|\{\{|undefined/,
      );
    }
  });

  test("every command of it works here, one after the other", async () => {
    const all = commands(text("lesson.md")).filter((line) => line.startsWith("curl"));
    expect(all.length).toBeGreaterThan(12);
    // Two of its steps show that HAProxy answers 503.
    const isRefused = (line: string) => /^curl -si /.test(line);
    for (const line of all)
      await eventually(() =>
        execFileSync("/bin/bash", ["-c", isRefused(line) ? line : line.replace("curl", "curl -fsS")], {
          stdio: "pipe",
        }),
      );
  });

  test("every `mesos-lab` command of it is one that this lab has", async () => {
    const named = new Set(
      [...text("lesson.md").matchAll(/`npx mesos-lab (logs [\w-]+)`/g)].map(([, command = ""]) => command),
    );
    expect(named.size).toBeGreaterThan(3);
    const answers = await Promise.all([...named].map((command) => lab.run(...command.split(" "))));
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([...named].map(() => 0));
  });
});

// The last of its commands takes the lab away.
test("the README's commands work here, one after the other", async () => {
  const all = commands(text("README.md")).map((line) => line.replace(/ +#.*/, "").split(" "));
  expect(all.map(([npx, tool, verb]) => [npx, tool, verb].join(" "))).toEqual(
    ["create", "status", "logs", "halt", "up", "destroy"].map((verb) => `npx mesos-lab ${verb}`),
  );
  for (const [, , ...command] of all)
    expect({ command, ...(await lab.run(...command)) }).toMatchObject({ command, exitCode: 0 });
  expect(existsSync(join(lab.folder, "generated/mesos-lab"))).toBe(false);
});
