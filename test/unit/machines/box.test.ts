import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Box, ProviderName, StackName, VagrantLab } from "../../../src/lab/model.ts";
import { boxFindings, boxRemedies } from "../../../src/machines/vagrant/box.ts";
import { vagrantfile } from "../../../src/render/vagrantfile.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import { tutorialLab } from "../../helpers/labs.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mesos-lab-boxes-"));
  vi.stubEnv("VAGRANT_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

function lab(box: Box, provider: ProviderName = "libvirt", stack: StackName = "rehearsal"): VagrantLab {
  return { ...tutorialLab, stack, runs: { kind: "vagrant", provider, box } };
}

function install(name: string, version: string): void {
  const folder = join(home, "boxes", name.replace("/", "-VAGRANTSLASH-"), version, "libvirt");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "metadata.json"), "{}");
}

const built = "mesos-lab/rehearsal";

test.each<[string, Box, ProviderName, string, RegExp]>([
  [
    "the built box",
    { name: built },
    "libvirt",
    "error",
    /^the box mesos-lab\/rehearsal is not on this host$/,
  ],
  [
    "of a version",
    { name: built, version: "0.7.0" },
    "libvirt",
    "error",
    /rehearsal 0\.7\.0 is not on this host/,
  ],
  ["for another provider", { name: built }, "virtualbox", "error", /made for libvirt, not for virtualbox/],
  ["another name of ours", { name: "mesos-lab/reharsal" }, "libvirt", "error", /no command builds a box/],
  ["in capitals", { name: "Mesos-Lab/Rehearsal" }, "libvirt", "error", /no command builds a box/],
  [
    "from a class's server",
    { name: built, url: "http://10.0.0.1/b.json" },
    "libvirt",
    "ok",
    /http:\/\/10\.0\.0\.1/,
  ],
  [
    "a public one",
    { name: "generic/debian12", version: "4.3.12" },
    "libvirt",
    "ok",
    /4\.3\.12 is fetched from/,
  ],
  ["a public one of any version", { name: "generic/debian12" }, "libvirt", "ok", /no version is pinned/],
])("a box that is not there: %s", (_, box, provider, level, seen) => {
  const [finding] = boxFindings(lab(box, provider));
  expect(finding).toMatchObject({ level, subject: "box" });
  expect(finding?.seen).toMatch(seen);
});

test("a box that is there, and another version of it", () => {
  install(built, "0.5.0");
  expect(boxFindings(lab({ name: built }))).toMatchObject([
    { level: "ok", seen: `Vagrant has ${built} 0.5.0` },
  ]);
  const [other] = boxFindings(lab({ name: built, version: "0.7.0" }));
  expect(other).toMatchObject({
    level: "error",
    seen: `the box ${built} 0.7.0 is not on this host: Vagrant has 0.5.0`,
    remedy: expect.stringContaining("npx mesos-lab box build --with-images"),
  });
});

test("what is built here has an address that leads nowhere, others have theirs", () => {
  const template = readTemplates().get("Vagrantfile.hbs") ?? "";
  expect(vagrantfile(template, lab({ name: built }))).toContain('config.vm.box_url = "file:///npx-mesos-lab');
  expect(vagrantfile(template, lab({ name: "generic/debian12" }))).not.toContain("box_url");
  const url = "http://10.0.0.1/b.json";
  expect(vagrantfile(template, lab({ name: built, url }))).toContain(`config.vm.box_url = "${url}"`);
});

const unreachable = `The box 'generic/ubuntu2004' could not be found or
could not be accessed in the remote catalog. If this is a private
URL: ["https://vagrantcloud.com/api/v2/vagrant/generic/ubuntu2004"]
Error: Could not resolve host: vagrantcloud.com`;

test("a box that Vagrant did not get is told as that, with labs that need none", () => {
  const classic = lab({ name: "generic/ubuntu2004", version: "4.3.12" }, "libvirt", "classic");
  const said = boxRemedies(classic, unreachable)?.join("\n");
  expect(said).toMatch(/^the box generic\/ubuntu2004 cannot be fetched: check that this host reaches/);
  expect(said).toContain("--runs-on embedded");
  expect(said).toContain("--stack rehearsal --provider libvirt --box mesos-lab/rehearsal");
  const own = boxRemedies(
    lab({ name: "acme/debian" }),
    unreachable.replaceAll("generic/ubuntu2004", "acme/debian"),
  );
  expect(own?.[0]).toMatch(/^the box acme\/debian that this lab names cannot be fetched: check its name/);
  const builtHere = boxRemedies(
    lab({ name: built }),
    "Couldn't open file /npx-mesos-lab-box-build--with-images",
  );
  expect(builtHere).toEqual([expect.stringContaining("npx mesos-lab box build --with-images")]);
  expect(boxRemedies(classic, "Timed out while waiting for the machine to boot.")).toBeUndefined();
});
