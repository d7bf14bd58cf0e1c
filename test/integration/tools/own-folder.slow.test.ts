import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { runCli } from "../../helpers/cli.ts";
import { tutorialLab } from "../../helpers/labs.ts";

/** A folder to work in, and one beside it that holds something precious. */
let work: string;
let precious: string;

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "mesos-lab-own-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  work = join(root, "work");
  precious = join(root, "precious");
  mkdirSync(work);
  mkdirSync(join(precious, "logs"), { recursive: true });
  writeFileSync(join(precious, "Vagrantfile"), "mine");
  writeFileSync(join(precious, "logs/mine.log"), "mine");
});

const cli = (...args: string[]) => runCli(args, { cwd: work, env: { PATH: "/usr/bin:/bin" } });
const isUntouched = () => {
  expect(readdirSync(precious).sort()).toEqual(["Vagrantfile", "logs"]);
  expect(readdirSync(join(precious, "logs"))).toEqual(["mine.log"]);
};

describe("what leads out of a lab's folder is refused", () => {
  test.each(["render", "destroy"])("by %s, where the folder is a link", async (verb) => {
    mkdirSync(join(work, "generated"));
    symlinkSync(precious, join(work, "generated/mesos-lab"));
    const { exitCode, stderr } = await cli(verb, "--name", "mesos-lab");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("generated/mesos-lab is a symbolic link, and mesos-lab follows none");
    isUntouched();
  });

  const open = (name = "lab") => new LabFolder(name, join(work, "generated"));

  test.each(["logs", "playbooks", "roles", "embedded", "reports", ".vagrant", "bundle", "logs/create.log"])(
    "%s being a link",
    (name) => {
      mkdirSync(dirname(open().file(name)), { recursive: true });
      symlinkSync(precious, open().file(name));
      expect(open).toThrow(`${name} is a symbolic link`);
    },
  );

  test("a link deeper down: nothing is written or removed through it", async () => {
    const folder = open();
    const file = { path: "roles/one/tasks/main.yml", contents: "x" };
    folder.write(tutorialLab, [file]);
    rmSync(folder.file("roles/one/tasks"), { recursive: true });
    symlinkSync(precious, folder.file("roles/one/tasks"));
    writeFileSync(join(precious, "main.yml"), "mine");
    expect(() => folder.write(tutorialLab, [{ ...file, contents: "y" }])).toThrow(
      /reached through a symbolic link/,
    );
    folder.remove();
    expect(existsSync(join(precious, "main.yml"))).toBe(true);
  });

  test.each(["../precious", "/etc", "..", ".", "a/b", "-x", "A", "", "a".repeat(41), "a\nb", "a/../b"])(
    "the name %j",
    (name) => {
      expect(() => open(name)).toThrow(/is no name of a lab/);
    },
  );

  test("by destroy, for a name that leads elsewhere", async () => {
    expect(await cli("destroy", "--name=../precious")).toMatchObject({ exitCode: 2 });
    isUntouched();
  });
});

test("generated may be a link to another disk, which stays", async () => {
  const disk = join(work, "..", "disk");
  mkdirSync(disk);
  symlinkSync(disk, join(work, "generated"));
  expect(await cli("render")).toMatchObject({ exitCode: 0 });
  expect(readdirSync(disk)).toEqual(["mesos-lab"]);
  expect(await cli("destroy")).toMatchObject({ exitCode: 0 });
  expect(readdirSync(disk)).toEqual([]);
  expect(lstatSync(join(work, "generated")).isSymbolicLink()).toBe(true);
});
