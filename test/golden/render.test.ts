import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Lab } from "../../src/lab/model.ts";
import { additionsDoc } from "../../src/render/additions-doc.ts";
import { renderLab } from "../../src/render/lab.ts";
import { readTemplates } from "../../src/tools/files.ts";
import { classroomLab, fourWaysLab, tutorialLab } from "../helpers/described-labs.ts";

// After a wanted change: npx vitest run --config test/vitest.config.ts --project golden -u
const labs: Record<string, Lab> = {
  classic: tutorialLab("classic"),
  rehearsal: { ...tutorialLab("rehearsal"), provider: "libvirt", emulation: true },
  classroom: classroomLab,
  "four-ways": fourWaysLab,
};

describe.each(Object.entries(labs))("the %s lab", (name, lab) => {
  const files = renderLab(lab, readTemplates());
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
    expect(renderLab(structuredClone(lab), readTemplates())).toEqual(files);
  });

  test("has only YAML that YAML 1.1 reads as one document", () => {
    const yaml = files.filter(({ path }) => path.endsWith(".yml"));
    expect(yaml.length).toBeGreaterThan(8);
    for (const { contents } of yaml) expect(parse(contents, { version: "1.1" })).toBeTruthy();
  });
});

test("docs/additions.md tells what the catalogue adds", async () => {
  await expect(additionsDoc(tutorialLab("classic"))).toMatchFileSnapshot("../../docs/additions.md");
});
