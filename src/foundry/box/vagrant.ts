import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtBox } from "../../lab/pins.ts";
import { packageRoot } from "../../tools/package-root.ts";
import { catalogueOf } from "../../tools/vagrant-box.ts";
import { type Job, runStep } from "../debian/job.ts";
import { diskSize } from "./recipe.ts";

/** What vagrant-libvirt wants to know about the disk in a box. */
export function boxMetadata(): string {
  return `${JSON.stringify({ provider: "libvirt", format: "qcow2", virtual_size: diskSize })}\n`;
}

/**
 * A version that names the content. vagrant-libvirt keeps the uploaded disk in its pool under name and version, and
 * would boot an old disk for a new box of the same version.
 */
export function boxVersion(key: string): string {
  return `0.${Number.parseInt(key.slice(0, 12), 16)}.0`;
}

/** A catalogue of one box: the way to give a box from a file a version. */
export function boxCatalogue(version: string, file: string): string {
  return catalogueOf({ name: builtBox, version, provider: "libvirt" }, file);
}

/** The volumes in a pool that hold older versions of the box. */
export function staleVolumes(names: readonly string[], version: string): string[] {
  const prefix = `${builtBox.replace("/", "-VAGRANTSLASH-")}_vagrant_box_image_`;
  return names.filter((name) => name.startsWith(prefix) && !name.startsWith(`${prefix}${version}_`));
}

/** What Vagrant reads of the box before a lab's own Vagrantfile. */
export function boxVagrantfile(): string {
  return readFileSync(join(packageRoot, "templates/box/Vagrantfile"), "utf8");
}

/** Packs the disk and what Vagrant wants to know of it into the file that `vagrant box add` takes. */
export async function packBox(job: Job, dir: string, to: string): Promise<void> {
  await writeFile(join(dir, "metadata.json"), boxMetadata());
  await writeFile(join(dir, "Vagrantfile"), boxVagrantfile());
  const parts = ["metadata.json", "Vagrantfile", "box.img"];
  await runStep(job, { file: "tar", args: ["-cf", to, "-C", dir, ...parts] });
}

/** Makes Vagrant know this version of the box and no other; nothing is done when it does already. */
export async function addBox(job: Job, version: string, catalogue: string): Promise<void> {
  const list = await runStep(job, { file: "vagrant", args: ["box", "list", "--machine-readable"] });
  const versions = installedVersions(list.stdout);
  if (versions.length === 1 && versions[0] === version) return;
  job.onProgress?.(`adding the box ${builtBox} to Vagrant`);
  const remove = ["box", "remove", builtBox, "--all", "--force", "--provider", "libvirt"];
  if (versions.length > 0) await runStep(job, { file: "vagrant", args: remove });
  await runStep(job, { file: "vagrant", args: ["box", "add", "--provider", "libvirt", catalogue] });
  await removeStaleVolumes(job, version);
}

/** The versions of the box in `vagrant box list --machine-readable`. */
export function installedVersions(output: string): string[] {
  const versions: string[] = [];
  let current = "";
  for (const line of output.split("\n")) {
    const [, , kind, value] = line.split(",");
    if (kind === "box-name") current = value ?? "";
    if (kind === "box-version" && current === builtBox && value !== undefined) versions.push(value);
  }
  return versions;
}

/** A machine that still uses an old disk keeps it: libvirt tells, and that is no failure of the build. */
async function removeStaleVolumes(job: Job, version: string): Promise<void> {
  const virsh = (...args: string[]) =>
    runStep(
      job,
      { file: "virsh", args: ["--connect", "qemu:///system", ...args] },
      { accept: "any", timeoutMs: 20_000 },
    );
  const listed = await virsh("vol-list", "default").catch(() => undefined);
  if (listed === undefined || listed.exitCode !== 0) return;
  const names = listed.stdout.split("\n").map((line) => line.trim().split(/\s+/)[0] ?? "");
  for (const name of staleVolumes(names, version)) await virsh("vol-delete", name, "--pool", "default");
}
