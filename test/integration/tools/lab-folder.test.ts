import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { explainFileError } from "../../../src/tools/file-errors.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { tutorialLab } from "../../helpers/labs.ts";

function openFolder(): LabFolder {
  const root = mkdtempSync(join(tmpdir(), "mesos-lab-folder-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return new LabFolder("lab", join(root, "generated"));
}

const file = (path: string, contents = path) => ({ path, contents });

test("what is written is recorded, equal files are left alone, stale ones go with their folders", () => {
  const folder = openFolder();
  expect(folder.recorded()).toBeUndefined();
  expect(folder.write(tutorialLab, [file("a"), file("old/b")])).toEqual(["a", "old/b"]);
  expect(folder.recorded()).toEqual(tutorialLab);
  expect(folder.write(tutorialLab, [file("a"), file("old/b")])).toEqual([]);
  expect(folder.write(tutorialLab, [file("a", "new")])).toEqual(["a", "old/b"]);
  expect(readdirSync(folder.path).sort()).toEqual(["a", "lab.json"]);
});

test.each([
  ["half a file", '{"lab":'],
  ["another file", "{}"],
  ["nothing", "null"],
  ["a path out of the folder", '{"lab":{"machines":[]},"files":["../../precious"]}'],
  ["an absolute path", '{"lab":{"machines":[]},"files":["/precious"]}'],
])(
  "a record that is %s: damaged for those who read it, nothing for those who write or remove",
  (_, record) => {
    const folder = openFolder();
    mkdirSync(folder.path, { recursive: true });
    const precious = join(dirname(dirname(folder.path)), "precious");
    writeFileSync(precious, "");
    writeFileSync(folder.file("lab.json"), record);
    expect(() => folder.recorded()).toThrow(/lab.json is damaged/);
    expect(folder.recordedIfWhole()).toBeUndefined();
    expect(folder.remove()).toEqual([]);
    folder.write(tutorialLab, [file("a")]);
    expect(folder.recorded()).toEqual(tutorialLab);
    expect(readFileSync(precious, "utf8")).toBe("");
  },
);

test("the machines that Vagrant has made are those with an id", () => {
  const folder = openFolder();
  expect(folder.madeMachines()).toEqual([]);
  for (const path of ["master/virtualbox/id", "slave/virtualbox/box_meta", "old/libvirt/id"]) {
    const place = folder.file(".vagrant", "machines", path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, "");
  }
  expect(folder.madeMachines()).toEqual([
    { name: "master", provider: "virtualbox" },
    { name: "old", provider: "libvirt" },
  ]);
});

test("a lock that is lost while the work goes on does not end it", async () => {
  const folder = openFolder();
  const done = await folder.locked(async () => {
    rmSync(dirname(folder.path), { recursive: true });
    return "done";
  });
  expect(done).toBe("done");
});

test("a refusal of the file system is the host's, everything else stays what it is", () => {
  const folder = openFolder();
  mkdirSync(dirname(folder.path), { recursive: true });
  writeFileSync(folder.path, "a file");
  const refusal = (() => {
    try {
      folder.write(tutorialLab, [file("a/b")]);
    } catch (error) {
      return error;
    }
  })();
  expect(explainFileError(refusal)).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/^\/.*: (not a directory|file already exists)$/),
  });
  for (const other of [new Error("a bug"), "text", undefined]) expect(explainFileError(other)).toBe(other);
});
