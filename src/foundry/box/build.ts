import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { builtBox } from "../../lab/pins.ts";
import { boxPrograms } from "../../tools/build-programs.ts";
import { contentKey, exists, makeOnce, prune, withCacheLock, withStaging } from "../../tools/cache.ts";
import { noted } from "../../tools/noted.ts";
import { hostMirror, requireDebianHost } from "../debian/host.ts";
import { unpackTree } from "../debian/tree.ts";
import { buildBase, buildImagesLocked, type ImagesOptions } from "../images/build.ts";
import { suite } from "../images/recipe.ts";
import { makeDisk } from "./disk.ts";
import { fillDockerStore } from "./docker-store.ts";
import { makeMachine, vagrantPublicKey } from "./machine.ts";
import * as recipe from "./recipe.ts";
import { addBox, boxCatalogue, boxVagrantfile, boxVersion, packBox } from "./vagrant.ts";

export interface BoxOptions extends ImagesOptions {
  /** Puts the rehearsal stack's images into the box, so that its machines need no image from anywhere. */
  readonly withImages?: boolean;
  /** Where to put a copy of the box file. */
  readonly output?: string | undefined;
  /** Whether Vagrant is told of the box; default: yes. */
  readonly add?: boolean;
}

export interface BuiltBox {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

const recordName = "current.json";

interface BoxRecord {
  readonly file: string;
  readonly version: string;
  /** Of the images inside, by reference. */
  readonly images: readonly string[];
}

const recordSchema: z.ZodType<BoxRecord> = z.strictObject({
  file: z.string().regex(/^\w+\.box$/),
  version: z.string().min(1),
  images: z.array(z.string()),
});

/** The box that is ready in the cache, if any, and which images it has inside. */
export async function listBox({
  cacheDir,
}: Pick<ImagesOptions, "cacheDir">): Promise<(BuiltBox & Pick<BoxRecord, "images">) | undefined> {
  const dir = join(cacheDir, "box");
  // Damaged it counts as absent.
  const record = noted(join(dir, recordName), recordSchema);
  if (record === undefined) return undefined;
  const { file, version, images } = record;
  const path = join(dir, file);
  return (await exists(path)) ? { name: builtBox, version, file: path, images } : undefined;
}

/** Makes the Vagrant box of the rehearsal stack, unless the cache has it, and makes Vagrant know it. */
export async function buildBox(options: BoxOptions): Promise<BuiltBox> {
  const { dockerd, docker, ...bare } = boxPrograms;
  await requireDebianHost(options.withImages ? boxPrograms : bare);
  return withCacheLock(options.cacheDir, () => buildBoxLocked(options));
}

async function buildBoxLocked(options: BoxOptions): Promise<BuiltBox> {
  const publicKey = await vagrantPublicKey(options);
  if (publicKey === undefined || process.arch !== "x64")
    throw new LabError(
      "box-not-buildable-here",
      "the box is made for x86-64 with the key of Debian's vagrant package",
      {
        remedy: ["apt-get install vagrant, on an x86-64 host"],
      },
    );
  const { layer } = await buildBase(options);
  const images = options.withImages ? await buildImagesLocked(options) : undefined;
  const { boxRecipeVersion, boxPackages, enabledUnits, disabledUnits, maskedUnits, diskSize } = recipe;
  const units = [enabledUnits, disabledUnits, maskedUnits];
  const ingredients = [
    boxRecipeVersion,
    boxPackages,
    recipe.boxFiles(""),
    boxVagrantfile(),
    ...units,
    diskSize,
  ];
  const key = contentKey([ingredients, layer.digest, images?.key, publicKey]);
  const version = boxVersion(key);
  const dir = join(options.cacheDir, "box");
  const file = join(dir, `${key}.box`);
  await makeOnce(file, (temporary) =>
    withStaging(options.cacheDir, async (staging) => {
      const root = join(staging, "root");
      await unpackTree(options, layer.file, root);
      await makeMachine(options, { suite, mirror: await hostMirror(suite) }, root, publicKey);
      if (images !== undefined) {
        options.onProgress?.("putting the images into the box");
        const store = join(root, "var/lib/docker");
        await fillDockerStore(options, images.file, images.tags.length, store);
      }
      options.onProgress?.("making the file system");
      await makeDisk(options, root, join(staging, "disk.raw"), join(staging, "box.img"));
      await packBox(options, staging, temporary);
    }),
  );
  const catalogue = join(dir, `${key}.json`);
  await writeFile(catalogue, boxCatalogue(version, file));
  const record: BoxRecord = { file: `${key}.box`, version, images: images?.tags ?? [] };
  await writeFile(join(dir, recordName), JSON.stringify(record));
  await prune(dir, (name) => name.startsWith(key) || name === recordName);
  if (options.output !== undefined) await copyFile(file, options.output);
  if (options.add ?? true) await addBox(options, version, catalogue);
  return { name: builtBox, version, file };
}
