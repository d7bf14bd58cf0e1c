import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { entriesOf } from "../../../src/lab/catalogue/index.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { hostVariables } from "../../../src/render/inventory.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { waitedFor } from "../../../src/render/playbook.ts";
import { playbooks, servicePlaybooks } from "../../../src/render/site.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import { classroomLab, fourWaysLab, tutorialLab } from "../../helpers/described-labs.ts";

const bundled: Lab = { ...fourWaysLab, bundle: { images: {}, packages: true, client: true } };
const labs: readonly (readonly [string, Lab])[] = [
  ["classic", tutorialLab("classic")],
  ["rehearsal", tutorialLab("rehearsal")],
  ["classroom", classroomLab],
  ["four ways, from a bundle", bundled],
];

type Task = Readonly<Record<string, unknown>>;
interface Play {
  readonly name: string;
  readonly strategy?: string;
  readonly tasks?: readonly Task[];
}
interface Import {
  readonly name: string;
  readonly "ansible.builtin.import_playbook": string;
  readonly when?: string;
}

describe.each(labs)("the playbooks of %s", (_, lab) => {
  const files = new Map(renderLab(lab, readTemplates()).map(({ path, contents }) => [path, contents]));
  const play = (path: string) => (parse(files.get(path) ?? "[]") as [Play?])[0];
  const site = parse(files.get("site.yml") ?? "") as readonly Import[];

  it("have the names under which they are followed", () => {
    for (const { name, title } of [...playbooks(lab), ...servicePlaybooks(lab)])
      expect(play(`playbooks/${name}.yml`)?.name).toBe(title);
    expect(site.map(({ name }) => name)).toEqual(playbooks(lab).map(({ title }) => title));
  });

  it("set up all services at each machine's own pace, and what waits for another service last", () => {
    const { strategy, tasks = [] } = play("playbooks/services.yml") ?? {};
    expect(strategy).toBe("ansible.builtin.free");
    expect(tasks.map(({ name }) => name).sort()).toEqual(
      servicePlaybooks(lab)
        .map(({ title }) => title)
        .sort(),
    );
    expect(tasks.at(-1)?.name).toBe("Bamboo with HAProxy");
  });

  it("of one service know nothing of what all services leave out, and leave nothing to a handler", () => {
    const containers = servicePlaybooks(lab).filter(({ service }) => entriesOf(lab, service).length > 0);
    expect(containers.length).toBeGreaterThan(4);
    for (const { name, title } of containers) {
      const imported = play("playbooks/services.yml")?.tasks?.find((each) => each.name === title);
      expect(imported?.when).toContain("containers_differ");
      expect(imported?.["ansible.builtin.import_tasks"]).toBe(`../tasks/${name}.yml`);
      expect(play(`playbooks/${name}.yml`)?.tasks).toEqual([
        { name: title, "ansible.builtin.import_tasks": `../tasks/${name}.yml` },
      ]);
      const last = (parse(files.get(`tasks/${name}.yml`) ?? "") as readonly Task[]).at(-1) ?? {};
      expect(Object.keys(last)).toEqual(["name", "community.docker.docker_container"]);
    }
    const ansible = [...files].filter(
      ([path]) => /^(playbooks|tasks|roles)\//.test(path) && path !== "playbooks/services.yml",
    );
    expect(ansible.filter(([, text]) => /containers_differ|^\s*(notify|handlers):/m.test(text))).toEqual([]);
    expect(ansible.filter(([path]) => path.includes("/handlers/"))).toEqual([]);
  });

  it("know of Vagrant in the inventory only", () => {
    // Lines that are no comments.
    const knowing = [...files.keys()].filter((path) => /^ *[^# ].*vagrant/im.test(files.get(path) ?? ""));
    const forAnsible = /^(inventory|site|ansible|group_vars|host_vars|playbooks|tasks|files)\b/;
    expect(knowing.filter((path) => forAnsible.test(path))).toEqual(["inventory.yml"]);
  });

  it("are named by the README as they are", () => {
    const readme = files.get("README.md") ?? "";
    const named = [...readme.matchAll(/playbooks\/[\w-]+\.yml/g)].map(([path]) => path);
    expect(named).toContain("playbooks/ready.yml");
    expect(named.filter((path) => !files.has(path))).toEqual([]);
    expect(readme).not.toMatch(/\{\{|undefined/);
  });

  it("wait at the end for every service that can be asked", () => {
    const waits = (play("playbooks/ready.yml")?.tasks ?? []).flatMap(({ name }) =>
      waitedFor(lab, String(name)),
    );
    const asked = servicePlaybooks(lab).flatMap(({ service }) => entriesOf(lab, service));
    expect(waits).toEqual(asked.filter(({ ready }) => ready !== undefined));
    expect(site.map(({ name }) => name).slice(-2)[0]).toBe(play("playbooks/ready.yml")?.name);
  });
});

describe("an image in the host variables", () => {
  const lab: Lab = {
    ...tutorialLab("classic"),
    images: { ...tutorialLab("classic").images, tomcat: "host:5000/tomcat:8" },
  };
  const tomcatOf = (more: Partial<Lab>) => {
    const { machine_images } = hostVariables({ ...lab, ...more }, lab.machines[1] as Lab["machines"][0]) as {
      machine_images: readonly { name: string }[];
    };
    return machine_images.find(({ name }) => name === lab.images.tomcat);
  };
  const name = "host:5000/tomcat:8";
  const bundle = { images: { [name]: { id: "sha256:1", archive: "images/slave.tar.gz" } }, packages: false };

  it.each([
    ["that nothing says more of", {}, { name }],
    [
      "that the lock has",
      { digests: { [name]: "sha256:2" } },
      { name, checksum: "sha256:2", pull: "host:5000/tomcat@sha256:2" },
    ],
    [
      "that a bundle has, and the lock too",
      { digests: { [name]: "sha256:2" }, bundle: { ...bundle, client: false } },
      { name, checksum: "sha256:1", archive: "images/slave.tar.gz" },
    ],
  ])("%s", (_, more, expected) => {
    expect(tomcatOf(more)).toEqual(expected);
  });
});
