import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { imagesOf } from "../../../src/lab/catalogue/index.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

/** The way of a classic lab's images from a registry into its machines, its bundle and its lock. */

const images = imagesOf("classic", false);
const services = ["zookeeper", "mesos-master", "marathon", "bamboo", "mesos-slave", "tomcat"] as const;
const references = services.map((service) => images[service]);

/** A registry in the network of the lab that works. */
async function registryBesideLab(): Promise<string> {
  const main = new URL("../../helpers/registry/main.ts", import.meta.url).pathname;
  const names = references.map((each) => `${each.includes("/") ? each : `library/${each}`}=schema 1`);
  const program = [process.execPath, "--import", import.meta.resolve("tsx"), main, "0", ...names];
  const [file = "", ...words] = [...inject("besideHealthyLab"), ...program];
  const child = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill();
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return line.toString().trim();
}

const read = (desk: Desk, path: string) => readFileSync(desk.path("generated/mesos-lab", path), "utf8");
const archives = (desk: Desk) => readdirSync(desk.path("generated/mesos-lab/images")).sort();

/** The machines say that they have what the cache has. */
async function loaded(desk: Desk): Promise<{ FAKE_IDS: string; ids: Map<string, string> }> {
  const { stdout } = await desk.run(["images", "list", "--json"]);
  const { fetched } = JSON.parse(stdout) as { fetched: { reference: string; id: string }[] };
  const path = join(dirname(desk.folder), "ids");
  writeFileSync(path, fetched.map(({ reference, id }) => `${reference} ${id}\n`).join(""));
  return { FAKE_IDS: path, ids: new Map(fetched.map(({ reference, id }) => [reference, id])) };
}

describe.skipIf(noNetwork)(`create (${noNetwork ?? "in a network of its own"})`, () => {
  test("takes images from the cache; bundle and lock too; the registry is asked once", async () => {
    const registry = await registryBesideLab();
    const desk = openDesk();
    const box = `${dirname(desk.folder)}/vagrant-home/boxes/bento-VAGRANTSLASH-ubuntu-20.04/202407.23.0/virtualbox`;
    mkdirSync(box, { recursive: true });
    writeFileSync(join(box, "metadata.json"), '{"provider":"virtualbox"}');
    writeFileSync(join(box, "box-disk001.vmdk"), "the disk");
    symlinkSync("/usr/bin/tar", join(dirname(desk.folder), "bin", "tar"));
    expect(await desk.run(["images", "fetch", "--registry", registry])).toMatchObject({ exitCode: 0 });
    const { FAKE_IDS, ids } = await loaded(desk);
    const env = { FAKE_IDS, VAGRANT_HOME: join(dirname(desk.folder), "vagrant-home") };

    // Nobody answers at Docker Hub's address here.
    const first = await desk.run(["create"], env);
    expect(first.stderr).toContain("✔ Fetch the images once for all machines: 6 of 6 from the cache");
    expect(first.exitCode).toBe(0);
    const variables = parse(read(desk, "host_vars/slave.yml"));
    for (const { name, checksum, archive, pull } of variables.machine_images) {
      expect(checksum).toBe(ids.get(name));
      expect(existsSync(desk.path("generated/mesos-lab/images", archive))).toBe(true);
      expect(pull).toBeUndefined();
    }
    expect(parse(read(desk, "group_vars/all.yml")).image_archives).toBe("{{ inventory_dir }}/images");
    expect(archives(desk)).toHaveLength(6);
    const lock = parse(readFileSync(desk.path("mesos-lab.lock"), "utf8"));
    expect(new Map(Object.entries(lock.ids))).toEqual(ids);
    for (const reference of references) expect(lock.images[reference]).toMatch(/^sha256:/);
    expect(lock.images["tomcat:8.0"]).not.toBe(lock.ids["tomcat:8.0"]);

    const again = await desk.run(["create"], env);
    expect(again.stderr).toContain("✔ Compare with mesos-lab.lock: nothing differs");

    const saved = await desk.run(["bundle", "save", "lab.bundle"], env);
    expect(`${saved.stderr}${saved.stdout}`).toMatch(/^images: 6 archives$/m);
    expect(desk.calls().some((call) => call.includes("docker save"))).toBe(false);
    const student = openDesk();
    const made = await student.run(["create", "--bundle", desk.path("lab.bundle")], env);
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stderr).toContain("✔ Compare with mesos-lab.lock: nothing differs");
    expect(made.stderr).not.toContain("Fetch the images");

    expect(await desk.run(["destroy", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(existsSync(desk.path("generated/mesos-lab"))).toBe(false);
  });

  test("fetches what is missing by itself, and holds images to the lock's ids", async () => {
    const registry = await registryBesideLab();
    const desk = openDesk();
    writeFileSync(desk.path("mesos-lab.yaml"), `registry: ${registry}\n`);
    const first = await desk.run(["create", "--json"]);
    const done = first.stdout
      .split("\n")
      .find((text) => text.includes('"step":"images"') && text.includes('"done"'));
    expect(done).toContain("6 of 6 from the cache");
    const { FAKE_IDS } = await loaded(desk);
    writeFileSync(
      desk.path("mesos-lab.lock"),
      `lock: 1\nboxes: {}\nimages: {}\ntools: {}\nids: { "tomcat:8.0": "sha256:${"1".repeat(64)}" }\n`,
    );
    const other = await desk.run(["create"], { FAKE_IDS });
    expect(other.stderr).toContain(`image tomcat:8.0, id: locked sha256:${"1".repeat(64)}, now sha256:`);
    expect(other.exitCode).toBe(2);
  });

  test("fetches for machines that run and do not have them yet", async () => {
    const desk = openDesk();
    expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
    writeFileSync(desk.path("mesos-lab.yaml"), `registry: ${await registryBesideLab()}\n`);
    const nothing = join(dirname(desk.folder), "nothing");
    writeFileSync(nothing, "");
    // Ansible only plays its part here, so the machines do not get them.
    const { stderr } = await desk.run(["create"], { FAKE_IDS: nothing });
    expect(stderr).toContain("✔ Fetch the images once for all machines: 6 of 6 from the cache");
    expect(stderr).toContain("✔ All machines are running");
  });

  test("leaves to the machines what this host cannot have, in words, and all where the user says so", async () => {
    const desk = openDesk();
    const fallback = await desk.run(["create"]);
    expect(fallback.exitCode).toBe(0);
    expect(fallback.stderr).toMatch(
      /✔ Fetch the images once for all machines: left to the machines' engines: mesoscloud\/zookeeper:\S+, .*tomcat:8\.0 \(Docker Hub does not answer: [a-z ]+\)/,
    );
    expect(read(desk, "group_vars/all.yml")).not.toContain("image_archives");

    const asked = openDesk();
    writeFileSync(asked.path("mesos-lab.yaml"), "images: { from: machines }\n");
    const { exitCode, stderr } = await asked.run(["create"]);
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("Fetch the images");
  });
});
