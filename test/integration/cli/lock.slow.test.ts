import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Lock } from "../../../src/lock/lock.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

const lockOf = (desk: Desk) => parse(readFileSync(desk.path("mesos-lab.lock"), "utf8")) as Lock;
const boots = (desk: Desk) => desk.calls().filter((call) => call.startsWith("vagrant up"));

/** A box among Vagrant's; returns the environment in which Vagrant finds it. */
function installBox(
  desk: Desk,
  version: string,
  disk: string,
  name = "bento/ubuntu-20.04",
): NodeJS.ProcessEnv {
  const home = desk.path("vagrant-home");
  const folder = `${home}/boxes/${name.replace("/", "-VAGRANTSLASH-")}/${version}/virtualbox`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/metadata.json`, '{"provider":"virtualbox"}');
  writeFileSync(`${folder}/box-disk001.vmdk`, disk);
  return { VAGRANT_HOME: home };
}

describe.skipIf(noNetwork)(
  `the lock file (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test("is written by the first create, held to by the next, and accepted anew on request", async () => {
      const desk = openDesk();
      const env = installBox(desk, "202407.23.0", "the disk");
      const first = await desk.run(["create"], env);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.stderr).toContain("mesos-lab.lock written: commit it");
      const lock = lockOf(desk);
      expect(Object.keys(lock.images)).toHaveLength(6);
      expect(lock.images["tomcat:8.0"]).toBe(`id sha256:${"0".repeat(64)}`);
      expect(lock.boxes["bento/ubuntu-20.04 virtualbox"]).toMatchObject({ version: "202407.23.0" });
      expect(lock.tools).toMatchObject({ Vagrant: "2.3.4" });

      const second = await desk.run(["create"], env);
      expect(second).toMatchObject({ exitCode: 0 });
      expect(second.stderr).toContain("✔ Compare with mesos-lab.lock: nothing differs");

      const other = await desk.run(["create"], { ...env, FAKE_IMAGE: "7" });
      expect(other.exitCode).toBe(5);
      expect(other.stderr).toContain("✖ this lab differs from mesos-lab.lock");
      expect(other.stderr).toContain(
        `  image tomcat:8.0: locked id sha256:${"0".repeat(64)}, now id sha256:${"7".padStart(64, "0")}`,
      );
      expect(other.stderr).toContain("--update-lock");
      expect(lockOf(desk)).toEqual(lock);

      const accepted = await desk.run(["create", "--update-lock"], { ...env, FAKE_IMAGE: "7" });
      expect(accepted).toMatchObject({ exitCode: 0 });
      expect(lockOf(desk).images["tomcat:8.0"]).toBe(`id sha256:${"7".padStart(64, "0")}`);
    });

    test("says the version of a box that names none, and so do the rendered files: the next create finds them right", async () => {
      const desk = openDesk();
      const version = "1.2.3";
      const env = { ...installBox(desk, version, "the disk", "acme/box"), FAKE_BOX_VERSION: version };
      expect(await desk.run(["create", "--box", "acme/box"], env)).toMatchObject({ exitCode: 0 });
      expect(lockOf(desk).boxes["acme/box virtualbox"]).toMatchObject({ version });
      const vagrantfile = readFileSync(desk.path("generated/mesos-lab/Vagrantfile"), "utf8");
      expect(vagrantfile).toContain(`config.vm.box_version = "${version}"`);
      const second = await desk.run(["create"], env);
      expect(second).toMatchObject({ exitCode: 0 });
      expect(second.stderr).toMatch(/✔ Write .*: nothing to change/);
      expect(second.stderr).not.toContain("vagrant reload");
    });

    test("refuses a box with other files, and another version, before anything is made", async () => {
      const desk = openDesk();
      const env = installBox(desk, "202407.23.0", "the disk");
      await desk.run(["create"], env);
      await desk.run(["destroy", "--yes"], env);
      const before = boots(desk).length;

      installBox(desk, "202407.23.0", "another disk");
      const replaced = await desk.run(["create"], env);
      expect(replaced.exitCode).toBe(2);
      expect(replaced.stderr).toMatch(
        /box bento\/ubuntu-20.04 virtualbox, files: locked [0-9a-f]{64}, now [0-9a-f]{64}/,
      );

      const newer = await desk.run(["create", "--box-version", "202508.1.0"], env);
      expect(newer.exitCode).toBe(2);
      expect(newer.stderr).toContain(
        "✖ this lab would differ from mesos-lab.lock\n  box bento/ubuntu-20.04 virtualbox, version: locked 202407.23.0, now 202508.1.0",
      );
      expect(boots(desk)).toHaveLength(before);
      expect(existsSync(desk.path("generated", "mesos-lab"))).toBe(false);

      // Other tools are told, and no reason to refuse.
      installBox(desk, "202407.23.0", "the disk");
      const tools = await desk.run(["create"], { ...env, FAKE_VAGRANT_VERSION: "2.4.9" });
      expect(tools).toMatchObject({ exitCode: 0 });
      expect(tools.stderr).toContain("not as in mesos-lab.lock: Vagrant: locked 2.3.4, now 2.4.9");
    });

    test("gives the digests to the playbooks, and the version to a box that names none", async () => {
      const desk = openDesk();
      const digest = `sha256:${"d".repeat(64)}`;
      writeFileSync(
        desk.path("mesos-lab.lock"),
        `lock: 1\nboxes: {"acme/box virtualbox": {version: 1.2.3, sha256: x}}\nimages: {"tomcat:8.0": "${digest}"}\ntools: {}\n`,
      );
      // The machines of this test have another tomcat, which is told at the end.
      const { exitCode, stderr } = await desk.run(["create", "--box", "acme/box"]);
      expect(exitCode).toBe(5);
      expect(stderr).toContain(`image tomcat:8.0: locked ${digest}, now id sha256:`);
      const read = (path: string) => readFileSync(desk.path("generated", "mesos-lab", path), "utf8");
      // The machine that needs the image pulls it by its digest, and then calls it by its name.
      expect(parse(read("host_vars/slave.yml")).machine_images).toContainEqual({
        name: "tomcat:8.0",
        checksum: digest,
        pull: `tomcat@${digest}`,
      });
      expect(read("Vagrantfile")).toContain('config.vm.box_version = "1.2.3"');
      expect((await desk.run(["create"])).stderr).not.toContain("box.version");
    });

    test("that is damaged stops everything", async () => {
      const desk = openDesk();
      writeFileSync(desk.path("mesos-lab.lock"), "<<<<<<< HEAD\nlock: 1\n");
      const { exitCode, stderr } = await desk.run(["create"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("try: restore it from version control: git checkout mesos-lab.lock");
      expect(boots(desk)).toEqual([]);
    });
  },
);
