import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { librariesTable } from "../../scripts/docs/libraries.ts";
import { embeddedLab } from "../helpers/embedded-lab.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "mesos-lab-pack-"));
const cli = join(folder, "package", "dist", "cli.js");
let tarball = "";

// Far from every node_modules: what the package lacks cannot be found by accident.
beforeAll(() => {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  execFileSync("tar", ["-xzf", tarball, "-C", folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const packed = (name: string) => readFileSync(join(folder, "package", name), "utf8");

describe("the packed package", () => {
  test("declares no dependencies, and has no script that npm runs or warns about when it is installed", () => {
    const { dependencies, optionalDependencies, peerDependencies, scripts } = JSON.parse(
      packed("package.json"),
    );
    expect({ dependencies, optionalDependencies, peerDependencies }).toEqual({});
    expect(Object.keys(scripts).filter((name) => /^((pre|post)?install|prepare)$/.test(name))).toEqual([]);
  });

  test("holds what runs and what people read, in at most 712 kB", async () => {
    expect(readdirSync(join(folder, "package")).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "Vagrantfile.hbs",
      "dist",
      "docs",
      "package.json",
      "templates",
    ]);
    expect(statSync(tarball).size).toBeLessThanOrEqual(712_000);
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  test("carries the licence of every library whose code is in it; the documents list those that src imports", () => {
    // A library may be there twice: in another version that a second library needs.
    const titles = [...packed("dist/THIRD-PARTY-NOTICES").matchAll(/^((\S+) \d+\.\d+\.\d+\S* \(.+\))$/gm)];
    const bundled = new Set(titles.map(([, , name]) => name));
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const rows = [...librariesTable().matchAll(/^\| (\S+) \| [^|]+ \| (\d\S+) \| (\S+) \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(
      Object.keys(devDependencies).filter((name) => bundled.has(name)),
    );
    expect(titles.map(([, title]) => title)).toEqual(
      expect.arrayContaining(rows.map(([, name, version, licence]) => `${name} ${version} (${licence})`)),
    );
    // What libraries need in turn is there as well, and its own licence's text.
    expect(titles.join()).toMatch(/human-signals \S+ \(Apache-2.0\)/);
    expect(packed("dist/THIRD-PARTY-NOTICES")).toContain(
      "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
    );
  });

  test("installs without a registry and without a cache, and without a warning", () => {
    const desk = join(folder, "desk");
    mkdirSync(desk);
    writeFileSync(join(desk, "package.json"), "{}");
    const cache = join(folder, "empty-cache");
    const install = ["install", tarball, "--offline", "--cache", cache, "--no-audit", "--no-fund"];
    const { status, stderr } = spawnSync("npm", install, { cwd: desk, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(readdirSync(join(desk, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "mesos-lab",
    ]);
    const command = join(desk, "node_modules", ".bin", "mesos-lab");
    expect(execFileSync(command, ["--version"], { encoding: "utf8" })).toMatch(/^mesos-lab\/\d/);
  });

  test("makes an embedded lab, shows it, breaks it and removes it", async () => {
    const lab = embeddedLab({ NODE_PATH: "" }, "", cli);
    try {
      for (const words of [["create"], ["demo"], ["drill", "kill-task", "--settle", "1"], ["destroy"]])
        expect({ words, ...(await lab.run(...words)) }).toMatchObject({ words, exitCode: 0 });
      expect(lab.processes()).toEqual([]);
    } finally {
      await lab.remove();
    }
  });
});
