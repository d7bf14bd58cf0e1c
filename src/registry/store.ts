import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { makeOnce } from "../tools/cache.ts";
import { writeFiles } from "../tools/files.ts";
import { jsonOrUndefined } from "../untrusted.ts";
import { blobPath, digestOf, type KeptImage, layoutFile } from "./layout.ts";
import { readImageConfig, readImageManifest } from "./manifest.ts";
import { familiarName, fullName, isDigest, parseReference } from "./reference.ts";

/**
 * Where fetched images are kept: an OCI image layout, which other tools read as well, and beside it what is only half
 * here. Every blob has its digest for a name, so that images share what they have in common.
 */
export interface Store {
  readonly folder: string;
}

export function registryStore(cacheDir: string): Store {
  return { folder: join(cacheDir, "registry") };
}

export function blobFile({ folder }: Store, digest: string): string {
  return join(folder, blobPath(digest));
}

/** Where a blob grows that is not all here. */
export function partialFile({ folder }: Store, digest: string): string {
  return join(folder, "partial", digest.replace("sha256:", ""));
}

/** Where the checksum of an unpacked layer is noted. */
function diffIdFile({ folder }: Store, digest: string): string {
  return join(folder, "diff-ids", digest.replace("sha256:", ""));
}

export async function prepareStore(store: Store): Promise<void> {
  for (const name of ["blobs/sha256", "partial", "diff-ids"])
    await mkdir(join(store.folder, name), { recursive: true });
  writeFiles(store.folder, [{ path: layoutFile.path, contents: layoutFile.text }]);
}

/** The size of a blob that is all here. */
export async function blobSize(store: Store, digest: string): Promise<number | undefined> {
  return stat(blobFile(store, digest)).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** A small blob, checked; undefined where it is not here, or not what its name says. */
export async function readBlob(store: Store, digest: string): Promise<Buffer | undefined> {
  const content = await readFile(blobFile(store, digest)).catch(() => undefined);
  return content !== undefined && digestOf(content) === digest ? content : undefined;
}

/** Keeps a small blob under its digest. */
export async function writeBlob(store: Store, content: string | Buffer): Promise<void> {
  await makeOnce(blobFile(store, digestOf(content)), (temporary) => writeFile(temporary, content));
}

export async function readDiffId(store: Store, digest: string): Promise<string | undefined> {
  const text = await readFile(diffIdFile(store, digest), "utf8").catch(() => undefined);
  return isDigest(text) ? text : undefined;
}

export async function noteDiffId(store: Store, digest: string, diffId: string): Promise<void> {
  await makeOnce(diffIdFile(store, digest), (temporary) => writeFile(temporary, diffId));
}

const names = {
  reference: "org.opencontainers.image.ref.name",
  fetched: "mesos-lab.fetched",
  form: "mesos-lab.form",
} as const;

const index = z.object({
  manifests: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string().refine(isDigest),
      size: z.number(),
      annotations: z.object({
        [names.reference]: z.string(),
        [names.fetched]: z.string().refine(isDigest),
        [names.form]: z.enum(["schema 1", "schema 2", "OCI"]),
      }),
    }),
  ),
});

/** The images that are all here. What was damaged or removed by hand is not among them. */
export async function keptImages(store: Store): Promise<readonly KeptImage[]> {
  const text = await readFile(join(store.folder, "index.json"), "utf8").catch(() => undefined);
  const found = text === undefined ? undefined : index.safeParse(jsonOrUndefined(text));
  const images: KeptImage[] = [];
  for (const { annotations, ...manifest } of found?.data?.manifests ?? []) {
    const content = await readBlob(store, manifest.digest);
    if (content === undefined) continue;
    const { config, layers } = readImageManifest(JSON.parse(content.toString()));
    const sizes = await Promise.all(layers.map(({ digest }) => blobSize(store, digest)));
    const configText = await readBlob(store, config.digest);
    if (configText === undefined || sizes.some((size, at) => size !== layers[at]?.size)) continue;
    images.push({
      ...namesOf(annotations[names.reference]),
      manifest,
      fetched: annotations[names.fetched],
      form: annotations[names.form],
      architecture: readImageConfig(configText).architecture,
      config,
      layers,
    });
  }
  return images;
}

function namesOf(text: string): Pick<KeptImage, "reference" | "name" | "fullName"> {
  const reference = parseReference(text);
  const [name, full] = [familiarName(reference), fullName(reference)];
  return {
    reference: text,
    ...(name !== undefined && { name }),
    ...(full !== undefined && { fullName: full }),
  };
}

export function isOf(image: KeptImage, reference: string, architecture: string): boolean {
  return image.reference === reference && image.architecture === architecture;
}

/** Adds an image to those that are all here, in the place of an older one of its name. */
export async function keepImage(
  store: Store,
  image: Omit<KeptImage, "name" | "fullName">,
): Promise<KeptImage> {
  const kept = { ...image, ...namesOf(image.reference) };
  const others = await keptImages(store);
  await writeIndex(store, [
    ...others.filter((each) => !isOf(each, image.reference, image.architecture)),
    kept,
  ]);
  return kept;
}

async function writeIndex({ folder }: Store, images: readonly KeptImage[]): Promise<void> {
  const manifests = images.map(({ manifest, reference, fetched, form }) => ({
    ...manifest,
    annotations: { [names.reference]: reference, [names.fetched]: fetched, [names.form]: form },
  }));
  const contents = `${JSON.stringify({ schemaVersion: 2, manifests }, undefined, 2)}\n`;
  writeFiles(folder, [{ path: "index.json", contents }]);
}

/** Removes images, and every blob that none of the others has; returns how many bytes that made free. */
export async function pruneStore(store: Store, keep: (image: KeptImage) => boolean): Promise<number> {
  const kept = (await keptImages(store)).filter(keep);
  await writeIndex(store, kept);
  const digests = kept.flatMap(({ manifest, config, layers, fetched }) => [
    fetched,
    ...[manifest, config, ...layers].map(({ digest }) => digest),
  ]);
  const names = new Set(digests.map((digest) => digest.replace("sha256:", "")));
  let bytes = 0;
  for (const part of ["blobs/sha256", "partial", "diff-ids"]) {
    const folder = join(store.folder, part);
    for (const name of await readdir(folder).catch(() => [])) {
      if (names.has(name)) continue;
      bytes += (await stat(join(folder, name))).size;
      await rm(join(folder, name), { force: true });
    }
  }
  return bytes;
}
