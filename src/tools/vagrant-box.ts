import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProviderName, VagrantLab } from "../lab/model.ts";
import { sha256File } from "./cache.ts";
import { type Command, run } from "./exec.ts";
import { readIfThere } from "./files.ts";
import type { LabFolder } from "./lab-folder.ts";

export interface InstalledBox {
  readonly version: string;
  /** Where its files lie. */
  readonly folder: string;
}

/** What Vagrant itself puts beside a box's files as it uses them. */
const notOfTheBox = new Set(["master_id", "box_update_check"]);

/** What of a box's folder came with the box, sorted. */
export function boxFileNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => !notOfTheBox.has(name)).sort();
}

function vagrantHome(): string {
  return process.env.VAGRANT_HOME || join(homedir(), ".vagrant.d");
}

/** The versions of a lab's box that Vagrant has. */
export function installedBoxes(lab: VagrantLab): readonly InstalledBox[] {
  const root = boxFolder(lab.runs.box.name);
  return foldersIn(root).flatMap((version) => {
    const own = join(root, version);
    // Since 2.4 there is a folder for each kind of processor between.
    const places = [own, ...foldersIn(own).map((name) => join(own, name))];
    return places
      .map((place) => join(place, lab.runs.provider))
      .filter((folder) => existsSync(join(folder, "metadata.json")))
      .map((folder) => ({ version, folder }));
  });
}

export interface BoxId {
  readonly name: string;
  /** "0": a box that was never given one. */
  readonly version: string;
  readonly provider: ProviderName;
}

/** A catalogue of one box: the way to give a box from a file a version. */
export function catalogueOf({ name, version, provider }: BoxId, file: string): string {
  const providers = [{ name: provider, url: pathToFileURL(file).href }];
  return `${JSON.stringify({ name, versions: [{ version, providers }] }, undefined, 2)}\n`;
}

/** The command that makes Vagrant know a box from a file; `catalogue` is where its catalogue lies. */
export function addBoxCommand({ name, version, provider }: BoxId, file: string, catalogue: string): Command {
  const what = version === "0" ? ["--name", name, file] : [catalogue];
  return {
    file: "vagrant",
    args: ["box", "add", "--provider", provider, ...what],
    env: { VAGRANT_CHECKPOINT_DISABLE: "1" },
  };
}

/** Makes Vagrant know a box from a file; a catalogue from which it knows others of the same name stays as it is. */
export async function addBox(box: BoxId, file: string, signal: AbortSignal, logFile: string): Promise<void> {
  const catalogue = `${file}.json`;
  const url = join(boxFolder(box.name), "metadata_url");
  const before = readIfThere(url);
  writeFileSync(catalogue, catalogueOf(box, file));
  await run(addBoxCommand(box, file, catalogue), { signal, logFile, timeoutMs: 1_800_000 });
  if (before !== undefined) writeFileSync(url, before);
}

/** Whether other versions of a box can be had: not of one that was built on this host. */
export function isFetchable(lab: VagrantLab): boolean {
  const catalogue =
    lab.runs.box.url ?? readIfThere(join(boxFolder(lab.runs.box.name), "metadata_url")) ?? "https:";
  return catalogue.startsWith("http");
}

function boxFolder(name: string): string {
  return join(vagrantHome(), "boxes", name.replaceAll("/", "-VAGRANTSLASH-"));
}

/** The box that the machines were made of, as Vagrant noted it; undefined where it did not. */
export function usedBox(lab: VagrantLab, folder: LabFolder): InstalledBox | undefined {
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
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = boxFileNames(files.map(({ name }) => name));
  for (const name of names) hash.update(`${name}\0${await sha256File(join(folder, name))}\n`);
  return hash.digest("hex");
}

function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
