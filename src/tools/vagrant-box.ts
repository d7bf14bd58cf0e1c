import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../lab/model.ts";
import { sha256File } from "./cache.ts";
import { readIfThere } from "./files.ts";
import type { LabFolder } from "./lab-folder.ts";

export interface InstalledBox {
  readonly version: string;
  /** Where its files lie. */
  readonly folder: string;
}

/** What Vagrant itself puts beside a box's files as it uses them. */
const notOfTheBox = new Set(["master_id", "box_update_check"]);

function vagrantHome(): string {
  return process.env.VAGRANT_HOME || join(homedir(), ".vagrant.d");
}

/** The versions of a lab's box that Vagrant has. */
export function installedBoxes(lab: Lab): readonly InstalledBox[] {
  const root = boxRoot(lab);
  return foldersIn(root).flatMap((version) => {
    const own = join(root, version);
    // Since 2.4 there is a folder for each kind of processor between.
    const places = [own, ...foldersIn(own).map((name) => join(own, name))];
    return places
      .map((place) => join(place, lab.provider))
      .filter((folder) => existsSync(join(folder, "metadata.json")))
      .map((folder) => ({ version, folder }));
  });
}

/** Whether other versions of a box can be had: not of one that was built on this host. */
export function isFetchable(lab: Lab): boolean {
  const catalogue = lab.box.url ?? readIfThere(join(boxRoot(lab), "metadata_url")) ?? "https:";
  return catalogue.startsWith("http");
}

function boxRoot(lab: Lab): string {
  return join(vagrantHome(), "boxes", lab.box.name.replaceAll("/", "-VAGRANTSLASH-"));
}

/** The box that the machines were made of, as Vagrant noted it; undefined where it did not. */
export function usedBox(lab: Lab, folder: LabFolder): InstalledBox | undefined {
  for (const { name, provider } of folder.madeMachines()) {
    const meta = readIfThere(folder.file(".vagrant", "machines", name, provider, "box_meta"));
    if (meta === undefined) continue;
    const { version } = JSON.parse(meta) as { version?: string };
    const installed = installedBoxes(lab).find((box) => box.version === version);
    if (installed !== undefined) return installed;
  }
  return undefined;
}

/** One checksum over all files of a box: seconds for each GiB. */
export async function boxChecksum({ folder }: InstalledBox): Promise<string> {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !notOfTheBox.has(entry.name))
    .map(({ name }) => name)
    .sort();
  for (const name of names) hash.update(`${name}\0${await sha256File(join(folder, name))}\n`);
  return hash.digest("hex");
}

function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
