import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenBundle, openBundle } from "../../../src/bundle/open.ts";
import { LabError } from "../../../src/errors.ts";
import type { LabFlags } from "../../../src/lab/parse.ts";
import { smallFiles, smallManifest } from "../../helpers/small-bundle.ts";

const image = (digit: string) =>
  `lock: 1\nboxes: {}\nimages: {"tomcat:8": "sha256:${digit.repeat(64)}"}\ntools: {}\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-open-"));
  mkdirSync(join(folder, "staging"));
  write("staging/mesos-lab.yaml", smallFiles["mesos-lab.yaml"] ?? "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFileSync(join(folder, path), text);

const open = (flags: LabFlags = {}, manifest = smallManifest): OpenBundle =>
  openBundle(
    { path: "FILE", manifest: { ...manifest, files: [] }, staging: join(folder, "staging") },
    flags,
    join(folder, "mesos-lab.yaml"),
    join(folder, "mesos-lab.lock"),
  );

/** The message and the details of a refusal, a line each, with the folder's name left out. */
function refusal(flags: LabFlags = {}, manifest = smallManifest): string[] {
  try {
    open(flags, manifest);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [error.message, ...error.details].map((text) => text.replaceAll(`${folder}/`, ""));
  }
  return ["accepted"];
}

describe("a bundle's lab", () => {
  it("is what its lab file says, and the flags that do not matter to it", () => {
    const { lab } = open({
      name: "mine",
      memory: "1024",
      cpus: "1",
      masterIp: "10.0.0.2",
      slaveIp: "10.0.0.3",
    });
    expect(lab).toMatchObject({
      name: "mine",
      stack: "rehearsal",
      runs: { provider: "libvirt", box: { version: "1.2.3" } },
    });
    expect(lab.machines.map(({ ip, memory }) => [ip, memory])).toEqual([
      ["10.0.0.2", 1024],
      ["10.0.0.3", 1024],
    ]);
    expect(
      refusal({ provider: "libvirt", stack: "rehearsal", box: "acme/tiny", boxVersion: "1.2.3" }),
    ).toEqual(["accepted"]);
  });

  it.each<[LabFlags, string]>([
    [{ provider: "virtualbox" }, "provider: the bundle has libvirt, asked for is virtualbox"],
    [{ stack: "classic" }, "stack: the bundle has rehearsal, asked for is classic"],
    [{ box: "acme/other" }, "box.name: the bundle has acme/tiny, asked for is acme/other"],
    [{ boxVersion: "1.2.4" }, "box.version: the bundle has 1.2.3, asked for is 1.2.4"],
    [{ discovery: ["mesos-dns"] }, "machines[0].services[3]: the bundle has bamboo, asked for is mesos-dns"],
    [{ runsOn: "embedded" }, "runsOn: the bundle has vagrant, asked for is embedded"],
  ])("is not another one: %j", (flags, difference) => {
    const said = refusal(flags);
    expect(said[0]).toBe("the flags ask for another lab than FILE has");
    expect(said).toContain(difference);
  });

  it("is the one of this folder's lab file, however that is written", () => {
    write(
      "mesos-lab.yaml",
      '# mine\nbox: {version: 1.2.3, name: "acme/tiny"}\nstack: rehearsal\nname: mesos-lab\n',
    );
    expect(refusal()).toEqual(["accepted"]);
    write("mesos-lab.yaml", `${smallFiles["mesos-lab.yaml"]}ports: { marathon: 8888 }\n`);
    expect(refusal()).toEqual([
      "mesos-lab.yaml describes another lab than FILE has",
      "ports.marathon: the bundle has 8080, mesos-lab.yaml has 8888",
    ]);
  });

  it("fits to its manifest", () => {
    const said = "FILE cannot be used: mesos-lab.yaml describes another lab than manifest.json";
    for (const other of [
      { provider: "virtualbox" },
      { stack: "classic" },
      { lab: "other" },
      { box: { name: "acme/other", version: "1.2.3" } },
      { box: { name: "acme/tiny", version: "1.2.4" } },
    ] as const)
      expect(refusal({}, { ...smallManifest, ...other })[0]).toBe(said);
    write("staging/mesos-lab.yaml", "runsOn: embedded\nbox: { name: acme/tiny }\nprovider: libvirt\n");
    expect(refusal()[0]).toBe(said);
  });

  it("whose lab file or lock is wrong is told so", () => {
    write("staging/mesos-lab.lock", "x");
    expect(refusal()[0]).toBe("FILE cannot be used: mesos-lab.lock is wrong");
    write("staging/mesos-lab.yaml", "stack: none\n");
    expect(refusal()[0]).toBe("FILE cannot be used: mesos-lab.yaml is wrong");
    expect(refusal().join("\n")).toContain("must be one of classic, rehearsal");
  });
});

describe("a bundle's lock", () => {
  it("is the lab's, with what this folder's has besides", () => {
    expect(open().lock).toBeUndefined();
    write("staging/mesos-lab.lock", image("1"));
    expect(open().lock?.images).toEqual({ "tomcat:8": `sha256:${"1".repeat(64)}` });
    write("mesos-lab.lock", 'lock: 1\nboxes: {}\nimages: {}\ntools: {Vagrant: "2.4.1"}\n');
    expect(open().lock).toMatchObject({
      images: { "tomcat:8": expect.any(String) },
      tools: { Vagrant: "2.4.1" },
    });
  });

  it("does not differ from this folder's", () => {
    write("staging/mesos-lab.lock", image("1"));
    write("mesos-lab.lock", image("2"));
    expect(refusal()).toEqual([
      "mesos-lab.lock is of another lab than FILE has",
      `image tomcat:8: locked sha256:${"2".repeat(64)}, now sha256:${"1".repeat(64)}`,
    ]);
    expect(existsSync(join(folder, "staging"))).toBe(true);
  });
});
