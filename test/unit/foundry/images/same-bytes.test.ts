import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { packPaths } from "../../../../src/foundry/images/changes.ts";

/** A tree made at `time`, in seconds since 1970, with one file that has kept the time of its package. */
async function packedTree(time: number): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-pack-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "root");
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(join(root, "etc/made"), "made by the build\n");
  writeFileSync(join(root, "etc/packaged"), "as packaged\n");
  symlinkSync("made", join(root, "etc/link"));
  for (const path of ["etc/made", "etc"]) utimesSync(join(root, path), time, time);
  utimesSync(join(root, "etc/packaged"), 1_600_000_000, 1_600_000_000);
  await packPaths(
    { cacheDir: folder },
    root,
    ["etc", "etc/link", "etc/made", "etc/packaged"],
    join(folder, "tar"),
  );
  return readFileSync(join(folder, "tar"));
}

test("a tree is packed to the same bytes whenever it was made", async () => {
  const [first, second] = [await packedTree(1_700_000_000), await packedTree(1_800_000_000)];
  expect(first.equals(second)).toBe(true);
  // Another time of a package is another content.
  expect(first.includes((1_600_000_000).toString(8))).toBe(true);
  expect(first.includes((1_700_000_000).toString(8))).toBe(false);
});
