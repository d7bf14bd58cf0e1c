import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "mesos-lab-pack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the packed package renders a lab elsewhere", { timeout: 60_000 }, () => {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
  const [tarball = ""] = readdirSync(folder);
  execFileSync("tar", ["-xzf", tarball], { cwd: folder });
  // The dependencies are those of this checkout: the registry is not part of the test.
  symlinkSync(join(root, "node_modules"), join(folder, "package", "node_modules"));
  const desk = mkdtempSync(join(folder, "desk-"));
  execFileSync(process.execPath, [join(folder, "package", "dist", "cli.js"), "render"], {
    cwd: desk,
    stdio: "pipe",
  });
  expect(readdirSync(join(desk, "generated", "mesos-lab"))).toEqual(
    expect.arrayContaining([
      "README.md",
      "Vagrantfile",
      "ansible.cfg",
      "inventory.yml",
      "lesson.md",
      "playbooks",
      "site.yml",
    ]),
  );
});
