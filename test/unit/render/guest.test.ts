import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controllerOf } from "../../../src/lab/controller.ts";
import { guestFiles } from "../../../src/render/guest.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import { classroomLab, labFrom, tutorialLab } from "../../helpers/described-labs.ts";

const templates = readTemplates();
const contents = (files: ReturnType<typeof guestFiles>) =>
  Object.fromEntries(files.map((file) => [file.path, file.contents]));

describe.each([
  ["classic", tutorialLab("classic")],
  ["rehearsal", tutorialLab("rehearsal")],
  ["three masters", classroomLab],
])("%s: from inside a machine", (_, lab) => {
  const outside = contents(renderLab(lab, templates));
  const inside = contents(guestFiles(lab, templates));

  test("everything but the way to the machines is the same", () => {
    const differing = Object.keys(inside).filter((path) => inside[path] !== outside[path]);
    expect(differing.sort()).toEqual(["inventory.yml", "run.py"]);
    const left = Object.keys(outside).filter((path) => inside[path] === undefined);
    expect(left.sort()).toEqual([".yamllint", "README.md", "Vagrantfile", "lesson.md", "lesson.zh.md"]);
  });

  test("one machine needs no SSH, and no key lies where only Vagrant has one", () => {
    const { all } = parse(inside["inventory.yml"] ?? "");
    const local = Object.keys(all.hosts).filter((name) => all.hosts[name].ansible_connection === "local");
    expect(local).toEqual([controllerOf(lab).name]);
    expect(all.children).toEqual(parse(outside["inventory.yml"] ?? "").all.children);
    expect(all.hosts[controllerOf(lab).name].ansible_host).toBe(controllerOf(lab).ip);
    expect(all.vars.vagrant_machine).toBe("/run/mesos-lab/{{ inventory_hostname }}");
    expect(JSON.stringify(all)).not.toContain("inventory_dir");
  });
});

describe("the machine that runs them", () => {
  const lab = (stack: string, ...services: string[]) =>
    labFrom(
      `stack: ${stack}\nmachines:\n${services.map((each, n) => `  - {name: m${n}, ip: 10.1.2.${n + 11}, services: [${each}]}\n`).join("")}`,
    );
  test.each([
    ["the first", lab("rehearsal", "zookeeper, mesos-master, mesos-slave", "marathon"), "m0"],
    ["one that is not rebooted", lab("classic", "mesos-slave", "zookeeper, mesos-master, marathon"), "m1"],
    ["the only one", lab("classic", "zookeeper, mesos-master, mesos-slave, marathon"), "m0"],
  ])("%s", (_, described, name) => {
    expect(controllerOf(described).name).toBe(name);
  });
});
