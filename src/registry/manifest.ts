import * as z from "zod";

/** A blob that a manifest names. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A manifest of schema 2 or OCI. */
export interface ImageManifest {
  readonly config: Descriptor;
  /** Bottom first. */
  readonly layers: readonly Descriptor[];
}

/** The processor of a lab's machines, as Go names it. */
export type Architecture = "amd64" | "arm64";

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: "is no sha256 digest" }),
  size: z.int().min(0),
});
const image = z.object({ config: descriptor, layers: z.array(descriptor) });
const platform = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});
const list = z.object({ manifests: z.array(descriptor.extend({ platform: platform.optional() })) });
const config = z.looseObject({
  architecture: z.string().optional(),
  os: z.string().optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()).default([]) }),
});

/** @throws Error that says what is wrong with it. */
export function readImageManifest(value: unknown): ImageManifest {
  const { config, layers } = image.parse(value);
  const other = layers.find(({ mediaType }) => !/[.+](?:tar|gzip)$/.test(mediaType));
  if (other !== undefined)
    throw new Error(`a layer of the type ${other.mediaType} is not for Docker engines of every age`);
  const foreign = layers.find(({ mediaType }) => /foreign|nondistributable/.test(mediaType));
  if (foreign !== undefined) throw new Error("a layer of it may not be copied");
  return { config, layers };
}

/** What of a configuration has to fit its manifest. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  /** `sha256:…` of each unpacked layer, bottom first. */
  readonly diffIds: readonly string[];
}

/** @throws Error that says what is wrong with it. */
export function readImageConfig(text: Buffer): ImageConfig {
  const { architecture = "amd64", os = "linux", rootfs } = config.parse(JSON.parse(text.toString()));
  return { architecture, os, diffIds: rootfs.diff_ids };
}

/**
 * The one image of a list that a machine of this kind runs.
 * @throws Error that names those that are there.
 */
export function chooseFromList(value: unknown, architecture: Architecture): Descriptor {
  const { manifests } = list.parse(value);
  const found = manifests.find(
    ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
  );
  if (found !== undefined) return found;
  // Attestations and the like are no images.
  const all = manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === "unknown" ? [] : [`${platform.os}/${platform.architecture}`],
  );
  throw new Error(
    `it is not for linux/${architecture}, only for ${[...new Set(all)].join(", ") || "nothing"}`,
  );
}
