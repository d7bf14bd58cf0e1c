import { describe, expect, it } from "vitest";
import { labDifferences, labFileFor } from "../../../src/bundle/lab-file.ts";
import { areInBuiltBox, playbookPackages } from "../../../src/bundle/packages.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import { classroomLab, fourWaysLab, labFrom, tutorialLab } from "../../helpers/described-labs.ts";

const read = (text: string) => parseLab({ text, file: "mesos-lab.yaml" }, {});

describe("the lab file of a bundle", () => {
  it("is the user's own where that says it all", () => {
    const own = { text: "# my class\nstack: rehearsal\nname: class-of-30\n", file: "mesos-lab.yaml" };
    expect(labFileFor(labFrom(own.text), own)).toBe(own.text);
  });

  it.each([
    ["tutorial", tutorialLab()],
    ["classroom", classroomLab],
    ["four ways", fourWaysLab],
  ])("says everything where flags and defaults took part: %s", (_, lab) => {
    for (const own of [undefined, { text: "name: other\n", file: "mesos-lab.yaml" }]) {
      const text = labFileFor(lab, own);
      expect(labDifferences(lab, read(text))).toEqual([]);
      expect(read(text).name).toBe(lab.name);
    }
  });
});

describe("the differences of two labs", () => {
  it("are told by the places of the lab file, each once", () => {
    const other = labFrom(
      "stack: rehearsal\nmachines:\n  - { name: master, ip: 192.168.33.18, memory: 4096, services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo] }\n",
    );
    const here = tutorialLab("rehearsal");
    const found = labDifferences(here, other);
    expect(found).toContain(`machines[0].memory: here ${here.machines[0]?.memory}, there 4096`);
    expect(found).toContain("machines[1].name: here slave, there nothing");
    expect(new Set(found).size).toBe(found.length);
  });

  it("are not what a run finds out by itself", () => {
    const lab = tutorialLab();
    expect(
      labDifferences(lab, { ...lab, runs: { ...lab.runs, emulation: true }, digests: { a: "b" } }),
    ).toEqual([]);
  });
});

describe("the packages of the playbooks", () => {
  const installedBy = (playbooks: readonly string[]) => {
    const text = playbooks.map((path) => readTemplates().get(path)).join("\n");
    return (names: readonly string[]) =>
      names.filter((name) => !new RegExp(`^\\s*- ${name}(=|$)`, "m").test(text));
  };

  it("are those that the playbooks name", () => {
    const engine = ["roles/docker_engine/tasks/install.yml", "roles/docker_engine/defaults/main.yml"];
    expect(installedBy(engine)(playbookPackages(tutorialLab("classic")))).toEqual([]);
    expect(
      installedBy(["roles/docker_io/defaults/main.yml"])(playbookPackages(tutorialLab("rehearsal"))),
    ).toEqual([]);
    const bridge = [...engine, "roles/haproxy_marathon_bridge/defaults/main.yml"];
    expect(playbookPackages(fourWaysLab)).toContain("haproxy");
    expect(installedBy(bridge)(playbookPackages(fourWaysLab))).toEqual([]);
  });

  it("of the rehearsal stack are in the box that is built", () => {
    expect(areInBuiltBox(playbookPackages(tutorialLab("rehearsal")))).toBe(true);
    expect(areInBuiltBox(playbookPackages(tutorialLab("classic")))).toBe(false);
  });
});
