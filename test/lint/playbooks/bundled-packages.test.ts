import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";
import { playHere } from "../../helpers/play-here.ts";

const noAnsible = missing("ansible-playbook");

let folder: string;
let programs: FakePrograms;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-bundled-"));
  for (const each of ["bundle", "lists"]) mkdirSync(join(folder, each));
  // As apt does it: what it makes of a list is as old as the list.
  programs = fakePrograms({
    "apt-get": `echo "$@" >>${folder}/calls
      [ -e ${folder}/interrupted ] || cp --preserve=timestamps ${folder}/packages/Packages ${folder}/lists/x_._Packages`,
  });
});

afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the playbook; returns how often apt was told to read a list. */
async function play(): Promise<number> {
  rmSync(join(folder, "calls"), { force: true });
  writeFileSync(join(folder, "calls"), "");
  const variables = {
    bundle_packages: join(folder, "bundle"),
    bundled_packages_folder: join(folder, "packages"),
    bundled_packages_source: join(folder, "source.list"),
    bundled_packages_preferences: join(folder, "preferences"),
    bundled_packages_read: join(folder, "lists/*Packages*"),
  };
  await playHere("bundled-packages", { folder, programs, variables });
  return readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean).length;
}

test.skipIf(noAnsible !== "")(
  `apt reads a list that it does not know, whichever run brought it, and no other${noAnsible}`,
  async () => {
    writeFileSync(join(folder, "bundle/Packages"), "Package: one\n");
    writeFileSync(join(folder, "interrupted"), "");
    expect(await play()).toBe(1);
    // The files are there since the first run, and apt has not read them.
    rmSync(join(folder, "interrupted"));
    expect(await play()).toBe(1);
    expect(await play()).toBe(0);
    writeFileSync(join(folder, "bundle/Packages"), "Package: two\n");
    expect(await play()).toBe(1);
  },
);
