import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageIndex } from "../../../src/bundle/packages.ts";
import { parsePackages } from "../../../src/machines/docker-ssh/parts.ts";
import { sha256File } from "../../../src/tools/cache.ts";
import { run } from "../../../src/tools/exec.ts";
import { isInstalled } from "../../../src/tools/host.ts";

/** The machine's side with real dpkg and apt, on a made-up list of installed packages. */

const script = fileURLToPath(new URL("../../../templates/bundle/collect-packages.sh", import.meta.url));
const missing = ["apt-get", "apt-cache", "dpkg-deb", "dpkg-query"].filter((name) => !isInstalled(name));

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Since the machine was made. */
  readonly later?: boolean;
}

/** haproxy came later, with a library; so did an editor that nobody needs; curl was in the box. */
const installed: readonly Installed[] = [
  { name: "haproxy", version: "2:2.6.12-1+deb12u1", depends: "liblua5.3-0 (>= 5.3), libc6", later: true },
  { name: "liblua5.3-0", version: "5.3.6-2", depends: "libc6", later: true },
  { name: "an-editor", version: "9.0", depends: "libc6", later: true },
  { name: "libc6", version: "2.36-9" },
  { name: "curl", version: "7.88.1", depends: "libc6" },
];

let folder: string;
let env: Record<string, string>;

const control = ({ name, version, depends }: Installed) =>
  [
    `Package: ${name}`,
    `Version: ${version}`,
    "Architecture: amd64",
    "Maintainer: nobody",
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    "Description: of a test",
    " In two lines.",
    "",
  ].join("\n");

beforeAll(async () => {
  if (missing.length > 0) return;
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-packages-"));
  for (const path of [
    "dpkg/info",
    "dpkg/updates",
    "archives/partial",
    "lists/partial",
    "cache",
    "root",
    "parts",
  ])
    mkdirSync(join(folder, path), { recursive: true });
  const status = installed.map((each) =>
    control(each).replace("Version:", "Status: install ok installed\nVersion:"),
  );
  writeFileSync(join(folder, "dpkg/status"), status.join("\n"));
  writeFileSync(join(folder, "made"), "");
  const made = statSync(join(folder, "made")).mtimeMs / 1000;
  for (const each of installed) {
    const list = join(folder, "dpkg/info", `${each.name}.list`);
    writeFileSync(list, "/.\n");
    utimesSync(list, made, each.later ? made + 60 : made - 60);
  }
  for (const each of installed.filter(({ later }) => later)) {
    const tree = join(folder, "tree");
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(join(tree, "DEBIAN"), { recursive: true });
    writeFileSync(join(tree, "DEBIAN/control"), control(each));
    // As apt names what it keeps.
    const file = `${each.name}_${each.version.replaceAll(":", "%3a")}_amd64.deb`;
    await run({
      file: "dpkg-deb",
      args: ["--root-owner-group", "--build", tree, join(folder, "archives", file)],
    });
  }
  writeFileSync(
    join(folder, "apt.conf"),
    Object.entries({
      "APT::Architecture": "amd64",
      "APT::Sandbox::User": "root",
      "Dir::State::status": `${folder}/dpkg/status`,
      "Dir::State::lists": `${folder}/lists`,
      "Dir::Cache": `${folder}/cache`,
      "Dir::Cache::archives": `${folder}/archives`,
      "Dir::Etc::sourcelist": `${folder}/sources.list`,
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::Etc::preferencesparts": "/dev/null",
    })
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  writeFileSync(join(folder, "sources.list"), "");
  env = {
    APT_CONFIG: join(folder, "apt.conf"),
    DPKG_ADMINDIR: join(folder, "dpkg"),
    MADE_MARK: join(folder, "made"),
    DPKG_INFO: join(folder, "dpkg/info"),
    APT_ARCHIVES: join(folder, "archives"),
    LC_ALL: "C",
  };
});

afterAll(() => {
  if (missing.length === 0) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(missing.length > 0)(
  "what playbooks have installed is collected with what it needs, and apt installs it from the bundle's list",
  async () => {
    const there = join(folder, "there");
    const { stdout } = await run({ file: "sh", args: [script, there, "haproxy", "curl", "docker.io"], env });
    const packages = parsePackages(stdout);
    expect(packages.map(({ name }) => name)).toEqual([
      "haproxy_2%3a2.6.12-1+deb12u1_amd64.deb",
      "liblua5.3-0_5.3.6-2_amd64.deb",
    ]);
    expect(packages[0]?.control).toContain("Depends: liblua5.3-0 (>= 5.3), libc6\n");
    expect(packages[0]?.control).toContain("Description: of a test\n In two lines.");
    const sums = packages.map(async (each) => ({
      ...each,
      size: statSync(each.there).size,
      sha256: await sha256File(each.there),
    }));
    writeFileSync(join(there, "Packages"), packageIndex(await Promise.all(sums)));

    // Another machine: the same box, nothing installed since.
    const box = installed.filter(({ later }) => !later).map(control);
    writeFileSync(
      join(folder, "dpkg/status"),
      box.join("\n").replaceAll("Version:", "Status: install ok installed\nVersion:"),
    );
    rmSync(join(folder, "archives"), { recursive: true });
    mkdirSync(join(folder, "archives/partial"), { recursive: true });
    writeFileSync(join(folder, "sources.list"), `deb [trusted=yes] file:${there} ./\n`);
    await run({ file: "apt-get", args: ["update"], env });
    const plan = await run({ file: "apt-get", args: ["install", "--simulate", "haproxy"], env });
    expect(plan.stdout.match(/^Inst \S+/gm)).toEqual(["Inst liblua5.3-0", "Inst haproxy"]);
    // Looks at the files and their checksums, and stops before dpkg would be asked to install them.
    const fetched = { file: "apt-get", args: ["install", "--download-only", "--yes", "haproxy"], env };
    expect((await run(fetched)).stdout).toContain("Download complete and in download only mode");
    writeFileSync(join(there, "liblua5.3-0_5.3.6-2_amd64.deb"), "something else");
    await expect(run(fetched)).rejects.toMatchObject({
      details: expect.arrayContaining([expect.stringMatching(/^E: /)]),
    });
    expect(readFileSync(join(there, "Packages"), "utf8")).toContain(
      "Filename: ./haproxy_2%3a2.6.12-1+deb12u1_amd64.deb\n",
    );
  },
);

test.skipIf(missing.length > 0)("a package that can no longer be had is told", async () => {
  rmSync(join(folder, "archives"), { recursive: true });
  mkdirSync(join(folder, "archives/partial"), { recursive: true });
  const collecting = run({ file: "sh", args: [script, join(folder, "there"), "curl"], env });
  await expect(collecting).resolves.toMatchObject({ stdout: "" });
  writeFileSync(join(folder, "made"), "");
  utimesSync(join(folder, "made"), 1, 1);
  const again = run({ file: "sh", args: [script, join(folder, "there"), "curl"], env });
  await expect(again).rejects.toMatchObject({
    details: expect.arrayContaining(["the package curl 7.88.1 is installed, and can no longer be had"]),
  });
});
