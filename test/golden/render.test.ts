import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Lab } from "../../src/lab/model.ts";
import { renderLab } from "../../src/render/lab.ts";
import { readTemplates } from "../../src/tools/files.ts";
import { classroomLab, fourWaysLab, onLibvirt, tutorialLab } from "../helpers/described-labs.ts";

// After a wanted change: npx vitest run --config test/vitest.config.ts --project golden -u
const labs: Record<string, Lab> = {
  classic: tutorialLab("classic"),
  rehearsal: onLibvirt(tutorialLab("rehearsal")),
  classroom: classroomLab,
  "four-ways": fourWaysLab,
};

describe.each(Object.entries(labs))("the %s lab", (name, lab) => {
  const rendered = renderLab(lab, readTemplates());
  // Roles are the same in every lab: the lint tests look at them as they lie.
  const files = rendered.filter(({ path }) => !path.startsWith("roles/"));
  const expected = new URL(`expected/${name}`, import.meta.url).pathname;

  test.each(files.map((file) => [file.path, file.contents] as const))("%s", async (path, contents) => {
    await expect(contents).toMatchFileSnapshot(`${expected}/${path}`);
  });

  test("has these files and no others", () => {
    const there = existsSync(expected)
      ? readdirSync(expected, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      : [];
    const paths = there.map((entry) => `${entry.parentPath}/${entry.name}`.slice(expected.length + 1));
    expect(paths.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  test("is the same when rendered again", () => {
    expect(renderLab(structuredClone(lab), readTemplates())).toEqual(rendered);
  });

  test("has every role that its playbooks use, as the package has it", () => {
    const uses = rendered.flatMap(({ path, contents }) =>
      path.startsWith("playbooks/")
        ? [...contents.matchAll(/- role: (\w+)|import_role:\s+name: (\w+)\s+tasks_from: (\w+)/g)].map(
            ([, whole, partly, tasks = "main"]) => ({ role: whole ?? partly, tasks }),
          )
        : [],
    );
    const names = uses.map(({ role }) => role);
    expect(names).toContain("machine_check");
    for (const { role, tasks } of uses)
      expect(paths(`roles/${role}/`)).toContain(`roles/${role}/tasks/${tasks}.yml`);
    for (const { path, contents } of rendered.filter((file) => file.path.startsWith("roles/"))) {
      expect(names).toContain(path.split("/")[1]);
      expect(contents).toBe(readTemplates().get(path));
    }
  });

  function paths(folder: string): string[] {
    return rendered.map(({ path }) => path).filter((path) => path.startsWith(folder));
  }

  test("has only YAML that YAML 1.1 reads as one document", () => {
    const yaml = rendered.filter(({ path }) => path.endsWith(".yml"));
    expect(yaml.length).toBeGreaterThan(8);
    // Ansible's own tag: a text that is no template.
    const unsafe = { tag: "!unsafe", resolve: (text: string) => text };
    for (const { contents } of yaml)
      expect(parse(contents, { version: "1.1", customTags: [unsafe] })).toBeTruthy();
  });
});

test("the README of a lab without machines", async () => {
  const lab: Lab = { ...tutorialLab("rehearsal"), runs: { kind: "embedded" } };
  const readme = renderLab(lab, readTemplates()).find(({ path }) => path === "README.md");
  await expect(readme?.contents).toMatchFileSnapshot("expected/embedded/README.md");
});
