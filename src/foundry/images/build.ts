import { link, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { imagePrograms } from "../../tools/build-programs.ts";
import { contentKey, exists, makeOnce, prune, withCacheLock, withStaging } from "../../tools/cache.ts";
import { run } from "../../tools/exec.ts";
import { noted } from "../../tools/noted.ts";
import { packageRoot } from "../../tools/package-root.ts";
import { hostMirror, requireDebianHost } from "../debian/host.ts";
import { type Job, runStep, tarTime } from "../debian/job.ts";
import { dockerArchive, type Layer } from "./archive.ts";
import { buildLayer, type LayerInputs } from "./layer.ts";
import { images, type LayerName, suite } from "./recipe.ts";

export interface ImagesOptions extends Job {
  /** The folder with mesos-lab's package.json and dist; default: this program's own. */
  readonly packageRoot?: string;
}

/** A finished set of images. */
export interface BuiltImages {
  /** For `docker load`. */
  readonly file: string;
  readonly tags: readonly string[];
  /** Names the content: the same key, the same images. */
  readonly key: string;
}

const recordSchema: z.ZodType<BuiltImages> = z.strictObject({
  file: z.string().regex(/^images-\w+\.tar$/),
  tags: z.array(z.string()),
  key: z.string(),
});

/** Makes the rehearsal stack's images, as far as they are not in the cache, as one file for `docker load`. */
export async function buildImages(options: ImagesOptions): Promise<BuiltImages> {
  await requireDebianHost(imagePrograms);
  return withCacheLock(options.cacheDir, () => buildImagesLocked(options));
}

/** The same for a caller that holds the cache's lock. */
export async function buildImagesLocked(options: ImagesOptions): Promise<BuiltImages> {
  const inputs = await layerInputs(options);
  const made = new Map<LayerName, Layer>();
  for (const name of new Set(images.flatMap((image) => image.layers)))
    made.set(name, await buildLayer(options, inputs, name));
  const stacks = images.map((image) => ({ ...image, stack: image.layers.map((name) => pick(made, name)) }));
  const entries = dockerArchive(stacks, inputs.architecture);
  const key = contentKey(entries.map((entry) => entry.path));
  const name = `images-${key}.tar`;
  const file = join(options.cacheDir, "images", name);
  await makeOnce(file, (temporary) =>
    withStaging(options.cacheDir, async (dir) => {
      options.onProgress?.("packing the images");
      for (const entry of entries) {
        if ("text" in entry) await writeFile(join(dir, entry.path), entry.text);
        else await link(entry.source, join(dir, entry.path));
      }
      const paths = entries.map((entry) => entry.path);
      await runStep(options, {
        file: "tar",
        args: [
          "--format=gnu",
          "--owner=0",
          "--group=0",
          "--mode=0644",
          ...tarTime,
          "-cf",
          temporary,
          "-C",
          dir,
          ...paths,
        ],
      });
    }),
  );
  await writeFile(
    join(options.cacheDir, "images", "current.json"),
    JSON.stringify({ file: name, key, tags: images.map((image) => image.tag) }),
  );
  await prune(join(options.cacheDir, "images"), (entry) => entry === name || entry === "current.json");
  const kept = new Set([...made.values()].map((layer) => layer.file));
  await prune(join(options.cacheDir, "layers"), (entry) => kept.has(join(options.cacheDir, "layers", entry)));
  return { file, key, tags: images.map((image) => image.tag) };
}

/** The images that are ready in the cache, if any. */
export async function listImages(options: Pick<Job, "cacheDir">): Promise<BuiltImages | undefined> {
  const dir = join(options.cacheDir, "images");
  // Damaged it counts as absent: the images are built anew, of layers that are still here.
  const current = noted(join(dir, "current.json"), recordSchema);
  if (current === undefined) return undefined;
  const file = join(dir, current.file);
  return (await exists(file)) ? { ...current, file } : undefined;
}

/** Makes the layer that images and box have in common, and tells where it is. */
export async function buildBase(options: ImagesOptions): Promise<{ layer: Layer; inputs: LayerInputs }> {
  const inputs = await layerInputs(options);
  return { inputs, layer: await buildLayer(options, inputs, "base") };
}

async function layerInputs(options: ImagesOptions): Promise<LayerInputs> {
  await mkdir(options.cacheDir, { recursive: true });
  if (options.logFile !== undefined) await mkdir(dirname(options.logFile), { recursive: true });
  const { stdout } = await run({ file: "dpkg", args: ["--print-architecture"] });
  return {
    release: { suite, mirror: await hostMirror(suite) },
    architecture: stdout.trim(),
    packageRoot: options.packageRoot ?? packageRoot,
    node: process.execPath,
  };
}

function pick(made: ReadonlyMap<LayerName, Layer>, name: LayerName): Layer {
  const layer = made.get(name);
  if (layer === undefined) throw new Error(`no layer ${name}`);
  return layer;
}
