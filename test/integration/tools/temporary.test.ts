import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withTemporaryFolder } from "../../../src/tools/temporary.ts";

const day = 24 * 60 * 60;
let system: string;
beforeEach(() => {
  system = mkdtempSync(join(tmpdir(), "system-"));
  vi.stubEnv("TMPDIR", system);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(system, { recursive: true });
});

/** As it is there after so many days. */
function left(name: string, days: number): void {
  mkdirSync(join(system, name));
  writeFileSync(join(system, name, "file"), "");
  const at = Date.now() / 1_000 - days * day;
  utimesSync(join(system, name), at, at);
}

test("a folder is there for the work, and gone after it, however it ends", async () => {
  expect(await withTemporaryFolder(async (folder) => readdirSync(folder))).toEqual([]);
  const failing = withTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, "file"), "");
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(readdirSync(system)).toEqual([]);
});

test("what a killed run left goes a day later; what is younger, of others, or a link stays", async () => {
  left("mesos-lab-passing-old", 2);
  left("mesos-lab-passing-new", 0.5);
  left("somebody-elses", 2);
  symlinkSync(join(system, "somebody-elses"), join(system, "mesos-lab-passing-link"));
  await withTemporaryFolder(async () => undefined);
  expect(readdirSync(system).sort()).toEqual([
    "mesos-lab-passing-link",
    "mesos-lab-passing-new",
    "somebody-elses",
  ]);
  expect(existsSync(join(system, "somebody-elses/file"))).toBe(true);
});
