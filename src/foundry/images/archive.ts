import { createHash } from "node:crypto";
import type { ImageRecipe } from "./recipe.ts";

/** A finished layer: an uncompressed tar, by name of its content. */
export interface Layer {
  readonly name: string;
  /** sha256 of the tar, hexadecimal. */
  readonly digest: string;
  readonly file: string;
}

/** A file of the archive: made here, or a layer that lies on the disk. */
export type ArchiveEntry = { readonly path: string } & (
  | { readonly text: string }
  | { readonly source: string }
);

/**
 * What `docker load` reads: per image one configuration, and one list that names configurations, tags and layers.
 * A layer that several images use is in the archive once.
 */
export function dockerArchive(
  images: readonly (ImageRecipe & { readonly stack: readonly Layer[] })[],
  architecture: string,
): ArchiveEntry[] {
  const configs = images.map((image) => {
    const text = JSON.stringify(imageConfig(image, image.stack, architecture));
    return { path: `${createHash("sha256").update(text).digest("hex")}.json`, text };
  });
  const manifest = images.map((image, index) => ({
    Config: configs[index]?.path,
    RepoTags: [image.tag],
    Layers: image.stack.map(layerPath),
  }));
  const used = new Map(images.flatMap((image) => image.stack).map((layer) => [layerPath(layer), layer.file]));
  return [
    { path: "manifest.json", text: JSON.stringify(manifest) },
    ...configs,
    ...[...used].map(([path, source]) => ({ path, source })),
  ];
}

function layerPath(layer: Layer): string {
  return `${layer.digest}.tar`;
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** One date for all, so that the same content makes the same image. */
const created = "1970-01-01T00:00:00Z";

function imageConfig(image: ImageRecipe, stack: readonly Layer[], architecture: string) {
  const set = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
  return {
    architecture,
    os: "linux",
    created,
    config: {
      Env: Object.entries({ PATH: defaultPath, ...image.env }).map(([name, value]) => `${name}=${value}`),
      // Mesos reads the key even when it is null.
      Entrypoint: image.entrypoint.length > 0 ? image.entrypoint : null,
      Cmd: image.cmd ?? null,
      WorkingDir: image.workdir ?? "",
      ExposedPorts: set(image.ports.map((port) => `${port}/tcp`)),
      ...(image.volumes === undefined ? {} : { Volumes: set(image.volumes) }),
      Labels: { "mesos-lab.stack": "rehearsal" },
    },
    rootfs: { type: "layers", diff_ids: stack.map((layer) => `sha256:${layer.digest}`) },
    history: stack.map((layer) => ({ created, created_by: `mesos-lab images build (${layer.name})` })),
  };
}
