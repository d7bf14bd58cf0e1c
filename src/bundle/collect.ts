import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, LabError } from "../errors.ts";
import { listBox } from "../foundry/box/build.ts";
import { boxName } from "../foundry/box/recipe.ts";
import { listImages } from "../foundry/images/build.ts";
import { machineImages } from "../lab/machine-needs.ts";
import type { Lab } from "../lab/model.ts";
import type { MachineParts, Machines, PartsWanted } from "../machines/machines.ts";
import { run } from "../tools/exec.ts";
import { gzipFile } from "../tools/gzip.ts";
import { boxFileNames, type InstalledBox, installedBoxes } from "../tools/vagrant-box.ts";
import type { Watch } from "./copy.ts";
import { type Manifest, parts } from "./manifest.ts";
import { areInBuiltBox, playbookPackages } from "./packages.ts";

/** Everything that is packed besides the lab file and the lock. */
export interface Collected extends MachineParts {
  readonly box: Manifest["box"];
}

export interface Whence {
  readonly cacheDir: string;
  /** An empty folder on a disk with room for some GB. */
  readonly staging: string;
  /** The lab's machines; an error where they do not run, which says what was wanted of them. */
  machines(what: string): Promise<Required<Pick<Machines, "parts">>>;
}

/**
 * Brings a lab's parts together: from the cache where `box build` and `images build` made them, else from Vagrant and
 * from the lab's own machines.
 * @throws LabError `usage` that says what is not there, and what makes it.
 */
export async function collect(lab: Lab, whence: Whence, watch: Watch): Promise<Collected> {
  const box = await boxOf(lab, whence.cacheDir);
  const images = hasAll(box.images, lab) ? nothing : await imageArchive(lab, whence, watch);
  const wanted = {
    images: images === undefined,
    client: lab.stack === "classic",
    packages: missingPackages(lab),
    ...watch,
  };
  const needsMachines = wanted.images || wanted.client || wanted.packages.length > 0;
  const ofMachines = needsMachines ? await machineParts(whence, wanted) : nothing;
  const boxFile = await packBox(box.from, whence.staging, watch);
  return {
    box: { name: lab.box.name, version: box.version },
    images: { ...images?.images, ...ofMachines.images },
    sources: [{ path: parts.box, from: boxFile }, ...(images?.sources ?? []), ...ofMachines.sources],
  };
}

const nothing: MachineParts = { images: {}, sources: [] };

interface FoundBox {
  readonly version: string;
  /** Those that are known to be inside. */
  readonly images: readonly string[];
  /** A file of the cache, or Vagrant's own folder of it. */
  readonly from: string | InstalledBox;
}

/** The box that `box build` has made for this lab, else the one that Vagrant has. */
async function boxOf(lab: Lab, cacheDir: string): Promise<FoundBox> {
  const wanted = (version: string) => (lab.box.version ?? version) === version;
  const built = isBuilt(lab) ? await listBox({ cacheDir }) : undefined;
  if (built !== undefined && wanted(built.version)) return { ...built, from: built.file };
  const all = installedBoxes(lab);
  const box = all.findLast(({ version }) => wanted(version));
  if (box !== undefined) return { version: box.version, images: [], from: box };
  const { name, version } = lab.box;
  throw new LabError(`the box ${name}${version === undefined ? "" : ` ${version}`} is not on this host`, {
    exitCode: exitCodes.usage,
    details: [
      `for ${lab.provider}, Vagrant has ${all.map((each) => each.version).join(", ") || "none of that name"}`,
    ],
    remedy: isBuilt(lab) ? ["npx mesos-lab box build --with-images"] : ["npx mesos-lab create"],
  });
}

function isBuilt({ box, provider }: Lab): boolean {
  return box.name === boxName && provider === "libvirt";
}

const allImages = (lab: Lab) => [...new Set(lab.machines.flatMap((machine) => machineImages(lab, machine)))];

function hasAll(tags: readonly string[], lab: Lab): boolean {
  return allImages(lab).every((image) => tags.includes(image));
}

/** The rehearsal images from the cache; undefined for images that only machines have. */
async function imageArchive(lab: Lab, whence: Whence, watch: Watch): Promise<MachineParts | undefined> {
  if (lab.stack === "classic") return undefined;
  const built = await listImages(whence);
  const missing = allImages(lab).filter((image) => !built?.tags.includes(image));
  if (built === undefined || missing.length > 0)
    throw new LabError(`the rehearsal images are not on this host: ${missing.join(", ")}`, {
      exitCode: exitCodes.usage,
      remedy: ["npx mesos-lab images build"],
    });
  const from = join(whence.staging, "images.tar.gz");
  watch.onProgress?.("packing the images");
  await gzipFile(built.file, from, watch.signal);
  return { images: {}, sources: [{ path: parts.rehearsalImages, from }] };
}

function missingPackages(lab: Lab): readonly string[] {
  const packages = playbookPackages(lab);
  return isBuilt(lab) && areInBuiltBox(packages) ? [] : packages;
}

async function machineParts({ machines, staging }: Whence, wanted: PartsWanted): Promise<MachineParts> {
  const what = [
    ...(wanted.images ? ["the images"] : []),
    ...(wanted.client ? ["the static Docker client"] : []),
    ...(wanted.packages.length > 0 ? ["the packages"] : []),
  ];
  return (await machines(what.join(", "))).parts(wanted, staging);
}

/** As `vagrant box add` reads it: a compressed tar of the box's files. */
async function packBox(box: string | InstalledBox, staging: string, watch: Watch): Promise<string> {
  const packed = join(staging, "box.tar.gz");
  watch.onProgress?.("packing the box");
  if (typeof box === "string") {
    await gzipFile(box, packed, watch.signal);
    return packed;
  }
  const loose = join(staging, "box.tar");
  const names = boxFileNames(await readdir(box.folder));
  await run({ file: "tar", args: ["-cf", loose, "-C", box.folder, ...names] }, { signal: watch.signal });
  await gzipFile(loose, packed, watch.signal);
  await rm(loose);
  return packed;
}
