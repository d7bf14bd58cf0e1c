import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { listBox } from "../foundry/box/build.ts";
import { listImages } from "../foundry/images/build.ts";
import { machineImages } from "../lab/machine-needs.ts";
import type { VagrantLab } from "../lab/model.ts";
import { builtBox } from "../lab/pins.ts";
import type { MachineParts, Parts, PartsWanted } from "../machines/machines.ts";
import { archiveName, placeArchives } from "../registry/archives.ts";
import { imagesHere } from "../registry/session.ts";
import { registryStore } from "../registry/store.ts";
import { sha256File } from "../tools/cache.ts";
import type { Watch } from "../tools/copy.ts";
import { run } from "../tools/exec.ts";
import { writeFiles } from "../tools/files.ts";
import { gzipFile } from "../tools/gzip.ts";
import { boxFileNames, type InstalledBox, installedBoxes } from "../tools/vagrant-box.ts";
import { type Manifest, parts } from "./manifest.ts";
import { areInBuiltBox, packageIndex, playbookPackages } from "./packages.ts";
import type { Source } from "./write.ts";

/** What goes into a bundle: its images, and where each file lies now. */
interface Packed {
  readonly images: Manifest["images"];
  readonly sources: readonly Source[];
}

/** Everything that is packed besides the lab file and the lock. */
export interface Collected extends Packed {
  readonly box: Manifest["box"];
}

export interface Whence {
  readonly cacheDir: string;
  /** An empty folder on a disk with room for some GB. */
  readonly staging: string;
  /** The lab's machines; an error where they do not run, which says what was wanted of them. */
  machines(what: string): Promise<Pick<Parts, "bring">>;
}

/**
 * Brings a lab's parts together: from the cache where `box build` and `images build` made them, else from Vagrant and
 * from the lab's own machines.
 * @throws LabError `usage` that says what is not there, and what makes it.
 */
export async function collect(lab: VagrantLab, whence: Whence, watch: Watch): Promise<Collected> {
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
    box: { name: lab.runs.box.name, version: box.version },
    images: { ...images?.images, ...ofMachines.images },
    sources: [{ path: parts.box, from: boxFile }, ...(images?.sources ?? []), ...ofMachines.sources],
  };
}

const nothing: Packed = { images: {}, sources: [] };

interface FoundBox {
  readonly version: string;
  /** Those that are known to be inside. */
  readonly images: readonly string[];
  /** A file of the cache, or Vagrant's own folder of it. */
  readonly from: string | InstalledBox;
}

/** The box that `box build` has made for this lab, else the one that Vagrant has. */
async function boxOf(lab: VagrantLab, cacheDir: string): Promise<FoundBox> {
  const wanted = (version: string) => (lab.runs.box.version ?? version) === version;
  const built = isBuilt(lab) ? await listBox({ cacheDir }) : undefined;
  if (built !== undefined && wanted(built.version)) return { ...built, from: built.file };
  const all = installedBoxes(lab);
  const box = all.findLast(({ version }) => wanted(version));
  if (box !== undefined) return { version: box.version, images: [], from: box };
  const { name, version } = lab.runs.box;
  throw new LabError(
    "bundle-part-missing",
    `the box ${name}${version === undefined ? "" : ` ${version}`} is not on this host`,
    {
      details: [
        `for ${lab.runs.provider}, Vagrant has ${all.map((each) => each.version).join(", ") || "none of that name"}`,
      ],
      remedy: isBuilt(lab) ? ["npx mesos-lab box build --with-images"] : ["npx mesos-lab create"],
    },
  );
}

function isBuilt({ runs }: VagrantLab): boolean {
  return runs.box.name === builtBox && runs.provider === "libvirt";
}

const allImages = (lab: VagrantLab) => [
  ...new Set(lab.machines.flatMap((machine) => machineImages(lab, machine))),
];

function hasAll(tags: readonly string[], lab: VagrantLab): boolean {
  return allImages(lab).every((image) => tags.includes(image));
}

/** The images from the cache, where they were built or fetched; undefined for images that only machines have. */
async function imageArchive(lab: VagrantLab, whence: Whence, watch: Watch): Promise<Packed | undefined> {
  if (lab.stack === "classic") return fetchedArchives(lab, whence, watch);
  const built = await listImages(whence);
  const missing = allImages(lab).filter((image) => !built?.tags.includes(image));
  if (built === undefined || missing.length > 0)
    throw new LabError(
      "bundle-part-missing",
      `the rehearsal images are not on this host: ${missing.join(", ")}`,
      {
        remedy: ["npx mesos-lab images build"],
      },
    );
  const from = join(whence.staging, "images.tar.gz");
  watch.onProgress?.("packing the images");
  await gzipFile(built.file, from, watch.signal);
  return { images: {}, sources: [{ path: parts.rehearsalImages, from }] };
}

/** An archive for each image of the classic stack, where this host has fetched all of them. */
async function fetchedArchives(
  lab: VagrantLab,
  { cacheDir, staging }: Whence,
  watch: Watch,
): Promise<Packed | undefined> {
  const store = registryStore(cacheDir);
  const wanted = allImages(lab).map((reference) => ({ reference, locked: lab.digests?.[reference] }));
  const here = await imagesHere(store, wanted);
  if (here.size < wanted.length || lab.imagesFrom === "machines") return undefined;
  const folder = join(staging, "fetched");
  await placeArchives(store, [...here.values()], folder, watch);
  const archives = [...here].map(([reference, image]) => ({
    reference,
    id: image.config.digest,
    archive: `images/${archiveName(image)}`,
    from: join(folder, archiveName(image)),
  }));
  return {
    images: Object.fromEntries(archives.map(({ reference, id, archive }) => [reference, { id, archive }])),
    sources: archives.map(({ archive, from }) => ({ path: archive, from })),
  };
}

function missingPackages(lab: VagrantLab): readonly string[] {
  const packages = playbookPackages(lab);
  return isBuilt(lab) && areInBuiltBox(packages) ? [] : packages;
}

async function machineParts({ machines, staging }: Whence, wanted: PartsWanted): Promise<Packed> {
  const what = [
    ...(wanted.images ? ["the images"] : []),
    ...(wanted.client ? ["the static Docker client"] : []),
    ...(wanted.packages.length > 0 ? ["the packages"] : []),
  ];
  return packParts(await (await machines(what.join(", "))).bring(wanted, staging), staging);
}

/** What the machines gave, at its place in the bundle. */
export async function packParts(
  { images, client, packages }: MachineParts,
  staging: string,
): Promise<Packed> {
  const archives = images.map(({ machine, ids, archive }) => ({
    ids,
    path: `images/${machine}.tar.gz`,
    from: archive,
  }));
  return {
    images: Object.fromEntries(
      archives.flatMap(({ ids, path }) =>
        Object.entries(ids).map(([image, id]) => [image, { id, archive: path }]),
      ),
    ),
    sources: [
      ...archives.map(({ path, from }) => ({ path, from })),
      ...(client === undefined ? [] : [{ path: parts.client, from: client }]),
      ...(packages.length === 0 ? [] : [await indexOf(packages, staging)]),
      ...packages.map(({ name, file }) => ({ path: `packages/${name}`, from: file })),
    ],
  };
}

async function indexOf(packages: MachineParts["packages"], staging: string): Promise<Source> {
  const sums = await Promise.all(
    packages.map(async ({ name, control, file }) => ({
      ...{ name, control, size: (await stat(file)).size },
      sha256: await sha256File(file),
    })),
  );
  writeFiles(staging, [{ path: parts.packageIndex, contents: packageIndex(sums) }]);
  return { path: parts.packageIndex, from: join(staging, parts.packageIndex) };
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
