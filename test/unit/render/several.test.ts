import { expect, test } from "vitest";
import { parseLab } from "../../../src/lab/parse.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { readTemplates } from "../../../src/tools/files.ts";

function lesson(file: string, flags: Parameters<typeof parseLab>[1]): string {
  const files = renderLab(parseLab(undefined, { stack: "rehearsal", ...flags }), readTemplates());
  return files.find(({ path }) => path === file)?.contents ?? "";
}

const lessons = ["lesson.md", "lesson.zh.md"];

test.each(lessons)("%s of three masters tells who leads, of every one of them", (file) => {
  const text = lesson(file, { masters: "3" });
  expect(text).toMatch(/There are 3 Mesos masters, of which 2|这里有 3 个 Mesos master，其中 2 个/);
  for (const last of [18, 20, 21]) {
    expect(text).toContain(`curl -s http://192.168.33.${last}:5050/state.json`);
    expect(text).toContain(`curl -si http://192.168.33.${last}:8080/v2/leader`);
    expect(text).toContain(`echo srvr | nc 192.168.33.${last} 2181`);
  }
});

test.each(lessons)("%s of one master does not", (file) => {
  expect(lesson(file, {})).not.toContain("/v2/leader");
});

test("where a store has ZooKeeper's place, none is asked", () => {
  const text = lesson("lesson.md", { runsOn: "embedded", stack: undefined, masters: "3" });
  expect(text).toContain("/v2/leader");
  expect(text).not.toContain("srvr");
});
