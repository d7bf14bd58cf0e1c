import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collect } from "../../../src/bundle/collect.ts";
import type { VagrantLab } from "../../../src/lab/model.ts";
import { run } from "../../../src/tools/exec.ts";
import { addBox, boxChecksum, type InstalledBox, installedBoxes } from "../../../src/tools/vagrant-box.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";
import { missing } from "../../helpers/missing.ts";

/** With the real Vagrant, which needs no provider for this. */

const signal = new AbortController().signal;
const homeBefore = process.env.VAGRANT_HOME;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-vagrant-box-"));
  process.env.VAGRANT_HOME = join(folder, "first");
});

afterAll(() => {
  if (homeBefore === undefined) delete process.env.VAGRANT_HOME;
  else process.env.VAGRANT_HOME = homeBefore;
  rmSync(folder, { recursive: true, force: true });
});

const labWith = (name: string): VagrantLab => ({
  ...tutorialLab("rehearsal"),
  runs: { kind: "vagrant", provider: "libvirt", box: { name } },
});

test.skipIf(missing("vagrant") !== "")(
  `a box that Vagrant has is packed, and is the same box when another Vagrant takes it${missing("vagrant")}`,
  async () => {
    const box = { name: "acme/tiny", version: "1.2.3", provider: "libvirt" } as const;
    const source = join(folder, "source");
    mkdirSync(source);
    writeFileSync(
      join(source, "metadata.json"),
      '{"provider":"libvirt","format":"qcow2","virtual_size":1,"architecture":"amd64"}',
    );
    writeFileSync(join(source, "box.img"), "a disk");
    const file = join(folder, "tiny.box");
    await run({ file: "tar", args: ["-czf", file, "-C", source, "metadata.json", "box.img"] });
    for (const each of [box, { ...box, name: "acme/plain", version: "0" }])
      await addBox(each, file, signal, join(folder, "log"));
    expect(installedBoxes(labWith("acme/tiny")).map(({ version }) => version)).toEqual(["1.2.3"]);
    expect(installedBoxes(labWith("acme/plain")).map(({ version }) => version)).toEqual(["0"]);
    const [first] = installedBoxes(labWith("acme/tiny"));

    const staging = join(folder, "staging");
    mkdirSync(staging);
    const bring = async () => ({ images: [], packages: [] });
    const whence = { cacheDir: join(folder, "cache"), staging, machines: async () => ({ bring }) };
    writeImages(whence.cacheDir);
    const collected = await collect(labWith("acme/tiny"), whence, { signal });
    expect(collected.box).toEqual({ name: "acme/tiny", version: "1.2.3" });
    expect(collected.sources.map(({ path }) => path)).toEqual(["box.tar.gz", "images/rehearsal.tar.gz"]);

    process.env.VAGRANT_HOME = join(folder, "second");
    const known = join(folder, "second", "boxes", "acme-VAGRANTSLASH-tiny");
    mkdirSync(known, { recursive: true });
    writeFileSync(join(known, "metadata_url"), "https://example.org/acme/tiny");
    await addBox(box, collected.sources[0]?.from ?? "", signal, join(folder, "log"));
    const [second] = installedBoxes(labWith("acme/tiny"));
    expect(second?.version).toBe("1.2.3");
    expect(await boxChecksum(second as InstalledBox)).toBe(await boxChecksum(first as InstalledBox));
    // Where a user's other boxes of that name came from is not forgotten.
    expect(readFileSync(join(known, "metadata_url"), "utf8")).toBe("https://example.org/acme/tiny");
  },
);

/** An archive of images in the cache, as `images build` leaves it. */
function writeImages(cacheDir: string): void {
  mkdirSync(join(cacheDir, "images"), { recursive: true });
  writeFileSync(join(cacheDir, "images", "images-0a.tar"), "images");
  const tags = Object.values(tutorialLab("rehearsal").images);
  writeFileSync(
    join(cacheDir, "images", "current.json"),
    JSON.stringify({ file: "images-0a.tar", key: "0a", tags }),
  );
}
