import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { filesBelow } from "../../../src/tools/files.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";
import { smallBundle, smallFiles } from "../../helpers/small-bundle.ts";

const home = (desk: Desk) => join(dirname(desk.folder), "vagrant-home");
const envOf = (desk: Desk) => ({ VAGRANT_HOME: home(desk) });
const diskOf = (desk: Desk) =>
  `${home(desk)}/boxes/bento-VAGRANTSLASH-ubuntu-20.04/202407.23.0/virtualbox/box-disk001.vmdk`;

/** The tutorial's box among Vagrant's. */
function installBox(desk: Desk): void {
  mkdirSync(dirname(diskOf(desk)), { recursive: true });
  writeFileSync(join(dirname(diskOf(desk)), "metadata.json"), '{"provider":"virtualbox"}');
  writeFileSync(diskOf(desk), "the disk");
  symlinkSync("/usr/bin/tar", join(dirname(desk.folder), "bin", "tar"));
}

/** Everything that a desk's user has: files of the folder, of Vagrant and of the cache. */
const all = (desk: Desk) =>
  [...filesBelow(dirname(desk.folder))]
    .filter((path) => !path.startsWith("bin/") && path !== "calls.log" && path !== ".fake")
    .map((path) => `${path} ${hash(join(dirname(desk.folder), path))}`);
const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

const read = (desk: Desk, path: string) => readFileSync(desk.path("generated", "mesos-lab", path), "utf8");

describe.skipIf(noNetwork)(
  `a bundle (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test("of a classic lab is saved from its machines, and makes the lab elsewhere", async () => {
      const teacher = openDesk();
      installBox(teacher);
      expect(await teacher.run(["create"], envOf(teacher))).toMatchObject({ exitCode: 0 });
      const saved = await teacher.run(["bundle", "save", "lab.bundle"], envOf(teacher));
      expect(saved).toMatchObject({ exitCode: 0 });
      expect(saved.stdout).toContain(
        "box: bento/ubuntu-20.04 202407.23.0\nimages: 2 archives\npackages: 1\n",
      );
      expect(filesBelow(teacher.folder)).not.toContain("lab.bundle.part");
      const lock = readFileSync(teacher.path("mesos-lab.lock"), "utf8");
      const sudo = teacher.calls().filter((call) => call.includes("docker save"));
      expect(sudo[0]).toContain(
        "docker save mesoscloud/zookeeper:3.4.6-ubuntu-14.04 mesoscloud/mesos-master",
      );

      const replaced = await teacher.run(["bundle", "save", "x"], { ...envOf(teacher), FAKE_IMAGE: "7" });
      expect(replaced).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("image tomcat:8.0: locked"),
      });
      expect(existsSync(teacher.path("x"))).toBe(false);

      const student = openDesk();
      const made = await student.run(["create", "--bundle", teacher.path("lab.bundle")], envOf(student));
      expect(made).toMatchObject({ exitCode: 0 });
      expect(made.stderr).toMatch(/✔ Check and unpack .*lab.bundle: 8 files, \d+ MB/);
      expect(made.stderr).toContain("✔ Take the box bento/ubuntu-20.04 202407.23.0");
      expect(made.stderr).toContain("✔ The bundle's packages on every machine");
      expect(made.stderr).toContain("✔ Compare with mesos-lab.lock: nothing differs");
      expect(readFileSync(diskOf(student), "utf8")).toBe("the disk");
      expect(readFileSync(student.path("mesos-lab.lock"), "utf8")).toBe(lock);
      expect(readFileSync(student.path("mesos-lab.yaml"), "utf8")).toContain(
        "stack: classic\nprovider: virtualbox\n",
      );
      const variables = read(student, "group_vars/all.yml");
      expect(variables).toContain('bundle_packages: "{{ inventory_dir }}/bundle/packages"');
      expect(variables).toContain('bundle_client: "{{ inventory_dir }}/bundle/client/docker"');
      // Each machine loads its own archive: the folder is the lab's, the file and the image's id are the machine's.
      expect(variables).toContain('image_archives: "{{ inventory_dir }}/bundle"');
      for (const machine of ["master", "slave"])
        for (const image of parse(read(student, `host_vars/${machine}.yml`)).machine_images)
          expect(image).toEqual({
            name: expect.any(String),
            checksum: `sha256:${"0".repeat(64)}`,
            archive: `images/${machine}.tar.gz`,
          });
      expect(filesBelow(student.path("generated", "mesos-lab", "bundle"))).toEqual([
        "client/docker",
        "images/master.tar.gz",
        "images/slave.tar.gz",
        "manifest.json",
        "packages/Packages",
        "packages/haproxy_1_amd64.deb",
      ]);
      expect(read(student, "bundle/packages/Packages")).toMatch(
        /^Package: haproxy\nVersion: 1\nFilename: \.\/haproxy_1_amd64\.deb\nSize: \d+\nSHA256: [0-9a-f]{64}\n$/,
      );

      // The next one needs the bundle no more, and finds what it left.
      const again = await student.run(["create"], envOf(student));
      expect(again).toMatchObject({ exitCode: 0 });
      expect(again.stderr).toMatch(/✔ Write .*: nothing to change/);
      const same = await student.run(["create", "--bundle", teacher.path("lab.bundle")], envOf(student));
      expect(same).toMatchObject({ exitCode: 0 });
      expect(same.stderr).toContain("✔ Take the box bento/ubuntu-20.04 202407.23.0: Vagrant has it already");
      expect(same.stderr).toMatch(/✔ Write .*: nothing to change/);

      expect(await student.run(["destroy", "--yes"], envOf(student))).toMatchObject({ exitCode: 0 });
      expect(filesBelow(student.folder)).toEqual(["mesos-lab.lock", "mesos-lab.yaml"]);
    });

    test("that cannot be saved says what is missing and what makes it", async () => {
      const desk = openDesk();
      const save = async (...args: string[]) => {
        const { exitCode, stderr } = await desk.run(["bundle", "save", "lab.bundle", ...args], envOf(desk));
        expect(exitCode).toBe(2);
        expect(existsSync(desk.path("lab.bundle"))).toBe(false);
        return stderr;
      };
      expect(await save()).toContain(
        "✖ the box bento/ubuntu-20.04 202407.23.0 is not on this host\n  for virtualbox, Vagrant has none of that name\n  try: npx mesos-lab create",
      );
      installBox(desk);
      expect(await save()).toContain(
        '✖ lab "mesos-lab" is not running, and this can be had from its machines only: the images, the static Docker client, the packages',
      );
      const rehearsal = ["--stack", "rehearsal", "--provider", "libvirt", "--box", "mesos-lab/rehearsal"];
      expect(await save(...rehearsal)).toContain("try: npx mesos-lab box build --with-images");
      expect(await save("--stack", "rehearsal", "--box", "bento/ubuntu-20.04")).toContain(
        "try: npx mesos-lab images build",
      );
      expect(await save("--runs-on", "embedded")).toContain(
        '✖ lab "mesos-lab" is embedded, and needs no bundle',
      );
      expect(filesBelow(desk.folder)).toEqual([]);
      writeFileSync(desk.path("there"), "mine");
      const over = await desk.run(["bundle", "save", "there"], envOf(desk));
      expect(over).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("there is a file there already"),
      });
      expect(readFileSync(desk.path("there"), "utf8")).toBe("mine");
      const action = await desk.run(["bundle", "show", "there"]);
      expect(action).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('there is no action "show", known here: save'),
      });
    });

    test("that is damaged or foreign changes nothing", async () => {
      const desk = openDesk();
      const workshop = join(dirname(desk.folder), "workshop");
      mkdirSync(workshop);
      const tries: [about: string, said: string, path: string][] = [];
      const variant = async (said: string, make: () => Promise<string>) => {
        const path = join(workshop, `${tries.length}.bundle`);
        writeFileSync(path, readFileSync(await make()));
        tries.push([path, said, path]);
        return path;
      };
      const whole = () => smallBundle(workshop);
      const cut = await variant("box.tar.gz is cut off after", whole);
      truncateSync(cut, 6000);
      const flipped = await variant("packages/b_1_all.deb is damaged", whole);
      const bytes = readFileSync(flipped);
      bytes[bytes.lastIndexOf("zz")] = 65;
      writeFileSync(flipped, bytes);
      await variant(`box.tar.gz is for sparc, and this host is ${process.arch}`, () =>
        smallBundle(workshop, smallFiles, { architecture: "sparc" }),
      );
      await variant("is no bundle of mesos-lab", async () => desk.path("..", "bin", "vagrant"));
      for (const [, said, path] of tries) {
        const before = all(desk);
        const { exitCode, stderr } = await desk.run(["create", "--bundle", path], envOf(desk));
        expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
        expect(all(desk)).toEqual(before);
        expect(existsSync(desk.path("generated"))).toBe(false);
      }
      const none = await desk.run(["create", "--bundle", "none"], envOf(desk));
      expect(none).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("no such file or directory"),
      });
      const folder = await desk.run(["create", "--bundle", workshop], envOf(desk));
      expect(folder).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be read") });
      expect(desk.calls()).toEqual([]);
    });

    test("is planned as any lab is, and the flags and this folder may not say something else", async () => {
      const desk = openDesk();
      const bundle = await smallBundle(dirname(desk.folder));
      const refused = async (...args: string[]) => {
        const { exitCode, stderr } = await desk.run(["create", "--bundle", bundle, ...args], envOf(desk));
        expect(exitCode).toBe(2);
        return stderr;
      };
      expect(await refused("--provider", "virtualbox")).toContain("✖ the flags ask for another lab than");
      expect(await refused("--update-lock")).toContain("--update-lock and --bundle do not go together");
      expect(await refused("--file", "x.yaml")).toContain("--file and --bundle do not go together");
      const plan = ["create", "--bundle", bundle, "--dry-run", "--memory", "1024"];
      expect(await desk.run(plan, envOf(desk))).toMatchObject({
        exitCode: 0,
        stdout: `npx mesos-lab create --memory 1024 --bundle ${bundle} --provider libvirt\nnpx mesos-lab verify --name mesos-lab\n`,
      });
      writeFileSync(
        desk.path("mesos-lab.yaml"),
        `${smallFiles["mesos-lab.yaml"]}ports: { marathon: 8888 }\n`,
      );
      expect(await refused()).toContain(
        "  ports.marathon: the bundle has 8080, mesos-lab.yaml has 8888\n  try: run this in an empty folder",
      );
      expect(filesBelow(desk.folder)).toEqual(["mesos-lab.yaml"]);
      expect(desk.calls()).toEqual([]);
    });

    test("leaves nothing behind where Vagrant cannot take its box, or at Ctrl-C", async () => {
      const desk = openDesk();
      const bundle = await smallBundle(dirname(desk.folder));
      const failed = await desk.run(["create", "--bundle", bundle], {
        ...envOf(desk),
        FAKE_VAGRANT: "box-fails",
      });
      expect(failed).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining("There is no space left"),
      });
      const running = desk.start(["create", "--bundle", bundle], {
        ...envOf(desk),
        FAKE_VAGRANT: "box-hangs",
      });
      await desk.called("vagrant hangs");
      running.interrupt();
      expect(await running.outcome).toMatchObject({ exitCode: 130 });
      // The log of what failed stays.
      expect(filesBelow(desk.folder)).toEqual(["generated/mesos-lab/logs/box.log"]);
      expect(existsSync(home(desk))).toBe(false);
    });
  },
);
