import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  changedMachines,
  digestOfWanted,
  forgetLeft,
  readLeft,
  writeLeft,
} from "../../../src/commands/create/left.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { labFrom } from "../../helpers/described-labs.ts";

/** What a `create` notes when it has come to its end, and what of it makes the next one start Ansible. */

let root: string;
let folder: LabFolder;
const lab = labFrom("stack: rehearsal\n");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mesos-lab-left-"));
  folder = new LabFolder("mesos-lab", root);
  mkdirSync(folder.path);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, text = "something") => {
  mkdirSync(dirname(folder.file(path)), { recursive: true });
  writeFileSync(folder.file(path), text);
};
const lockFile = () => join(root, "mesos-lab.lock");
const wanted = (of = lab) => digestOfWanted(of, folder, lockFile());

describe("what decides what a run makes of the machines", () => {
  test.each([
    ["variables beside those that are rendered", () => write("group_vars/mesos_slave.yml")],
    ["a plugin of Ansible's", () => write("filter_plugins/own.py")],
    ["the ssh configuration of hosts", () => write("hosts/ssh_config")],
    ["machines that Vagrant has made anew", () => write(".vagrant/machines/master/libvirt/id")],
    ["packages of a bundle", () => write("bundle/packages/haproxy.deb")],
    ["the client of a bundle", () => write("bundle/client/docker")],
    ["the lock", () => writeFileSync(lockFile(), "images: {}\n")],
  ])("%s", (_, change) => {
    const before = wanted();
    change();
    expect(wanted()).toMatch(/^[0-9a-f]{64}$/);
    expect(wanted()).not.toBe(before);
  });

  test.each([
    "machines:\n  - {name: one, ip: 192.168.33.18, memory: 2048, services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo]}\n",
    "ports: {marathon: 8090}\n",
    "discovery: [bamboo, mesos-dns]\n",
    "registry: https://registry.example\n",
  ])("the lab: %j", (more) => {
    expect(wanted(labFrom(`stack: rehearsal\n${more}`))).not.toBe(wanted());
  });

  test("not the order in which the lab was put together, nor what the tool keeps there from run to run", () => {
    const before = wanted();
    for (const path of [
      "logs/provision.log",
      "reports/a.json",
      "lesson.json",
      "left.json",
      ".vagrant/rgloader/loader.rb",
    ])
      write(path);
    write("images.tar");
    expect(wanted(Object.fromEntries(Object.entries(lab).reverse()) as unknown as typeof lab)).toBe(before);
  });

  test("where something in the folder cannot be read nothing is known", () => {
    symlinkSync("nowhere", folder.file("extra"));
    expect(wanted()).toBeUndefined();
  });
});

describe("machines", () => {
  const left = { master: "a", slave: "b" };
  test.each([
    ["as they were left", left, []],
    ["with something else", { ...left, slave: "c" }, ["slave"]],
    ["that could not be looked at", { master: "a" }, ["slave"]],
    ["of which none answers", {}, ["master", "slave"]],
  ])("%s", (_, now, changed) => {
    expect(changedMachines(["master", "slave"], left, now as Record<string, string>)).toEqual(changed);
  });

  test("of which nothing was noted", () => {
    expect(changedMachines(["master"], {}, {})).toEqual(["master"]);
  });
});

describe("the note", () => {
  const note = { wanted: "0".repeat(64), machines: { master: "1".repeat(16) } };

  test("is read as it was written, until it is forgotten", () => {
    expect(readLeft(folder)).toBeUndefined();
    writeLeft(folder, note);
    expect(readLeft(folder)).toEqual(note);
    forgetLeft(folder);
    expect(readLeft(folder)).toBeUndefined();
  });

  test.each([
    "",
    "{",
    "[]",
    JSON.stringify({ ...note, wanted: "0" }),
    JSON.stringify({ ...note, machines: { master: "" } }),
    JSON.stringify({ ...note, more: true }),
    JSON.stringify({ wanted: note.wanted }),
  ])("that is damaged is none: %s", (text) => {
    write("left.json", text);
    expect(readLeft(folder)).toBeUndefined();
  });

  test("that is a folder is none", () => {
    mkdirSync(folder.file("left.json"));
    expect(readLeft(folder)).toBeUndefined();
  });
});
