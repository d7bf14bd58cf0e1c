import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type RunOptions, run } from "../../../src/tools/exec.ts";
import { receiveFile, sizeAndTime, tellFile, unpackFolder } from "../../../src/tools/remote-files.ts";

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-remote-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const carryOut = ([file = "", ...args]: readonly string[], options: RunOptions) =>
  run({ file, args }, { accept: "any", ...options });

test("a folder takes the place of the old one, for its owner only, and byte by byte", async () => {
  const folder = join(openFolder(), "lab");
  mkdirSync(folder);
  writeFileSync(join(folder, "stale"), "");
  const files = { "a/b.yml": "ünï\r\n\0", c: "" };
  expect(await carryOut(unpackFolder(folder), { input: JSON.stringify(files) })).toMatchObject({
    exitCode: 0,
  });
  expect(readdirSync(folder).sort()).toEqual(["a", "c"]);
  expect(readFileSync(join(folder, "a/b.yml"), "utf8")).toBe(files["a/b.yml"]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("half a message leaves the old folder", async () => {
  const folder = join(openFolder(), "lab");
  mkdirSync(folder);
  writeFileSync(join(folder, "old"), "");
  expect((await carryOut(unpackFolder(folder), { input: '{"a": "' })).exitCode).not.toBe(0);
  expect(readdirSync(folder)).toEqual(["old"]);
});

test("a file is there when all of it has come, and tells its size and time", async () => {
  const folder = openFolder();
  const [source, target] = [join(folder, "source"), join(folder, "it's a file")];
  writeFileSync(source, "12345");
  expect((await carryOut(tellFile(target), {})).exitCode).toBe(1);
  const cut = await carryOut(receiveFile(target, 6, 1_000_000_000), { inputFile: source });
  expect([cut.exitCode, existsSync(target)]).toEqual([1, false]);
  const whole = await carryOut(receiveFile(target, 5, 1_000_000_000), { inputFile: source });
  expect([whole.exitCode, readFileSync(target, "utf8")]).toEqual([0, "12345"]);
  expect((await carryOut(tellFile(target), {})).stdout).toBe(sizeAndTime(5, 1_000_000_000));
});
