import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onStage } from "../../src/commands/lesson/open.ts";
import { MovingNotes } from "../../src/drain/moving.ts";
import { listBox } from "../../src/foundry/box/build.ts";
import { listImages } from "../../src/foundry/images/build.ts";
import { readNotes } from "../../src/lesson/notes.ts";
import { orphanWords } from "../../src/machines/vagrant/child.ts";
import { keptImages, registryStore } from "../../src/registry/store.ts";
import { LabFolder } from "../../src/tools/lab-folder.ts";
import { markOf } from "../../src/tools/process-mark.ts";
import { labFrom } from "../helpers/described-labs.ts";

/** What the tool has noted for a later run may be anything by then: damaged, it counts as absent. */

let root: string;
let folder: LabFolder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "damaged-"));
  folder = new LabFolder("mesos-lab", root);
  mkdirSync(folder.path);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

type Row = readonly [what: string, text: string];

const noJson: readonly Row[] = [
  ["empty", ""],
  ["half", '[{"'],
  ["null", "null"],
  ["a number", "7"],
  ["a list of nothing", "[null]"],
  ["an object of nothing", '{"null":null}'],
  ["deep", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
];

const own = markOf(process.pid) ?? { pid: process.pid, startedAt: "" };
const now = new Date().toISOString();

describe("apps whose tasks are being moved (moving.json)", () => {
  test.each<Row>([
    ...noJson,
    ["no app", '[{"instances":1,"scaledTo":2}]'],
    ["fewer than none", '[{"id":"/a","instances":-1,"scaledTo":2}]'],
    ["of a later version", '[{"id":"/a","instances":1,"scaledTo":2,"since":"x"}]'],
  ])("damaged: %s", (_, text) => {
    write(folder.file("moving.json"), text);
    const notes = new MovingNotes(folder);
    expect(notes.left()).toEqual([]);
    notes.begin({ id: "/b", instances: 1, scaledTo: 2 });
    expect(new MovingNotes(folder).left()).toEqual([{ id: "/b", instances: 1, scaledTo: 2 }]);
  });

  test("damaged: a folder", () => {
    mkdirSync(folder.file("moving.json"));
    expect(new MovingNotes(folder).left()).toEqual([]);
  });
});

describe("who works on a lab (<lab>.lock.json)", () => {
  const note = { ...own, command: "create", since: now };
  test.each<Row>([
    ...noJson,
    ["every process of the user", JSON.stringify({ ...note, pid: -1 })],
    ["the own group", JSON.stringify({ ...note, pid: 0 })],
    ["init", JSON.stringify({ ...note, pid: 1 })],
    ["a process that was started at another time", JSON.stringify({ ...note, startedAt: "0" })],
    ["no process", JSON.stringify({ ...note, pid: 4_194_304 })],
  ])("damaged: %s", (_, text) => {
    write(`${folder.path}.lock.json`, text);
    expect(folder.holder()).toBeUndefined();
  });

  test("damaged: a folder", () => {
    mkdirSync(`${folder.path}.lock.json`);
    expect(folder.holder()).toBeUndefined();
  });

  test("whole", () => {
    write(`${folder.path}.lock.json`, JSON.stringify(note));
    expect(folder.holder()).toEqual(note);
  });
});

describe("a Vagrant that still runs (vagrant.json)", () => {
  const note = { ...own, action: "up", since: now };
  test.each<Row>([
    ...noJson,
    ["every process of the user", JSON.stringify([{ ...note, pid: -1 }])],
    ["the own group", JSON.stringify([{ ...note, pid: 0 }])],
    ["init", JSON.stringify([{ ...note, pid: 1 }])],
    ["a process that was started at another time", JSON.stringify([{ ...note, startedAt: "0" }])],
    ["one of two without an action", JSON.stringify([note, own])],
  ])("damaged: %s", (_, text) => {
    write(folder.file("vagrant.json"), text);
    expect(orphanWords(folder)).toBeUndefined();
  });

  test("whole", () => {
    write(folder.file("vagrant.json"), JSON.stringify([note]));
    expect(orphanWords(folder)).toContain(`vagrant up, process ${process.pid}, at work since `);
  });
});

describe("what a student has done (lesson.json)", () => {
  test.each<Row>([
    ...noJson,
    ["of a step that is none", '{"passed":{"x":{"at":"2026-01-01T00:00:00Z","by":"solve"}},"begun":{}}'],
    ["by nobody", '{"passed":{"mesos":{"at":"2026-01-01T00:00:00Z","by":"x"}},"begun":{}}'],
  ])("damaged: %s: said, for it is the student's", (_, text) => {
    write(folder.file("lesson.json"), text);
    expect(() => readNotes(folder)).toThrow(
      expect.objectContaining({
        id: "record-damaged",
        message: `${folder.file("lesson.json")} is damaged`,
        remedy: ["remove it: the lesson then begins anew"],
      }),
    );
  });
});

describe("the drills that were done (reports/*.json)", () => {
  const reports = () => {
    const context = { signal: new AbortController().signal } as Parameters<typeof onStage>[1];
    return onStage(
      { lab: labFrom("stack: rehearsal\n"), folder },
      context,
      () => {},
      async (stage) => stage.reports(),
    );
  };
  test.each<Row>([
    ...noJson,
    ["no drill", "[]"],
    ["zeros: reserved, and never written", "\0".repeat(1024)],
    ["without an end", '[{"lanes":[{}]}]'],
    ["half a drill beside a whole one", '[{"recovered":true,"lanes":[{}]},{"recovered":true}]'],
  ])("damaged: %s", async (_, text) => {
    write(folder.file("reports", "kill-task-1.json"), text);
    mkdirSync(folder.file("reports", "kill-task-2.json"));
    write(folder.file("reports", "kill-task-3.json"), '[{"recovered":true,"lanes":[{},{}]}]');
    expect(await reports()).toEqual([{ name: "kill-task-3", recovered: true, ways: 2 }]);
  });
});

describe("the images and the box that were made", () => {
  const at = (kind: string) => join(root, kind, "current.json");
  test.each<Row>([
    ...noJson,
    ["without a file", '{"key":"0","version":"1","tags":[],"images":[]}'],
    ["of a file elsewhere", '{"file":"../../etc/passwd","key":"0","version":"1","tags":[],"images":[]}'],
    ["of a file that is a folder here", '{"file":".","key":"0","version":"1","tags":[],"images":[]}'],
  ])("damaged: %s", async (_, text) => {
    write(at("images"), text);
    write(at("box"), text);
    expect(await listImages({ cacheDir: root })).toBeUndefined();
    expect(await listBox({ cacheDir: root })).toBeUndefined();
  });

  test("damaged: a folder", async () => {
    for (const kind of ["images", "box"]) mkdirSync(at(kind), { recursive: true });
    expect(await listImages({ cacheDir: root })).toBeUndefined();
    expect(await listBox({ cacheDir: root })).toBeUndefined();
  });

  test("whole", async () => {
    write(at("images"), '{"file":"images-0a.tar","key":"0a","tags":["a:1"]}');
    write(join(root, "images", "images-0a.tar"), "");
    write(at("box"), '{"file":"0a.box","version":"1.0.1","images":["a:1"]}');
    write(join(root, "box", "0a.box"), "");
    expect(await listImages({ cacheDir: root })).toMatchObject({ key: "0a", tags: ["a:1"] });
    expect(await listBox({ cacheDir: root })).toMatchObject({ version: "1.0.1", images: ["a:1"] });
  });
});

describe("the images that were fetched (index.json)", () => {
  const manifest = { mediaType: "application/vnd.oci.image.manifest.v1+json", size: 2 };
  test.each<Row>([
    ...noJson,
    ["no images", '{"manifests":null}'],
    ["an image without a digest", JSON.stringify({ manifests: [{ ...manifest, annotations: {} }] })],
    [
      "a digest that leads out of the store",
      JSON.stringify({ manifests: [{ ...manifest, digest: "sha256:../../../x", annotations: {} }] }),
    ],
  ])("damaged: %s", async (_, text) => {
    write(join(root, "registry", "index.json"), text);
    expect(await keptImages(registryStore(root))).toEqual([]);
  });

  test("damaged: a folder", async () => {
    mkdirSync(join(root, "registry", "index.json"), { recursive: true });
    expect(await keptImages(registryStore(root))).toEqual([]);
  });
});
