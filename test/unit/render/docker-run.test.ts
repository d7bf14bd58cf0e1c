import { expect, test } from "vitest";
import { catalogue } from "../../../src/lab/catalogue/index.ts";
import { dockerRun } from "../../../src/render/docker-run.ts";
import { parseDockerRun, tutorialCommands } from "../../helpers/docker-run.ts";
import { tutorialLab } from "../../helpers/labs.ts";

test("the catalogue's part from the tutorial, typed as commands, is the tutorial's commands", () => {
  const typed = catalogue(tutorialLab).map((entry) => dockerRun(entry.tutorial));
  expect(typed.map((command) => parseDockerRun(command.replaceAll("\\\n", " ")))).toEqual(tutorialCommands());
});

test("what a shell would read differently is quoted", () => {
  const command = dockerRun({
    name: "x",
    image: "i",
    network: "bridge",
    env: { A: "b c", D: "it's" },
    args: ["--flag", "a;b", "plain"],
  });
  expect(command).toContain("-e A='b c'");
  expect(command).toContain("-e D='it'\\''s'");
  expect(command).toContain("--flag 'a;b'");
});
