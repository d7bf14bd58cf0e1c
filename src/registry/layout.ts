import { createHash } from "node:crypto";
import type { Descriptor } from "./manifest.ts";
import { mediaTypes } from "./media-types.ts";

/** An image that is all here, as an entry of an OCI layout's index. */
export interface KeptImage {
  /** As the lab file names it: `tomcat:8.0`. */
  readonly reference: string;
  /** What `docker load` calls it; undefined for an image that is known by its digest only. */
  readonly name?: string;
  /** The same as containerd has it, with registry and namespace. */
  readonly fullName?: string;
  /** Of the image's own manifest here: of schema 2 and OCI the registry's, of schema 1 the one it was turned into. */
  readonly manifest: Descriptor;
  /** `sha256:…` of what the registry gave for the reference: a list's, or this image's manifest in its first form. */
  readonly fetched: string;
  readonly form: "schema 1" | "schema 2" | "OCI";
  readonly architecture: string;
  /** Its digest is the image's id in an engine. */
  readonly config: Descriptor;
  /** Bottom first. */
  readonly layers: readonly Descriptor[];
}

/** A file of an archive: made here, or a blob by its digest. */
export type ArchiveFile = { readonly path: string; readonly size: number } & (
  | { readonly text: string }
  | { readonly digest: string }
);

export function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

export const layoutFile = { path: "oci-layout", text: '{"imageLayoutVersion":"1.0.0"}' } as const;

/** The manifest that an image of schema 1 gets. The same image gives the same bytes. */
export function ociManifest({ config, layers }: Pick<KeptImage, "config" | "layers">): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers });
}

/**
 * What an archive of images consists of: the OCI layout, and beside it the list that `docker load` has read since 1.10.
 * Layers stay packed as the registry has them; every engine unpacks them, and checks that they are what the
 * configuration says. The same images in the same order give the same bytes.
 */
export function archiveFiles(images: readonly KeptImage[]): readonly ArchiveFile[] {
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: images.map(({ manifest, fullName, name }) => ({
      ...manifest,
      ...(fullName !== undefined && {
        annotations: {
          "io.containerd.image.name": fullName,
          "org.opencontainers.image.ref.name": name?.slice(name.lastIndexOf(":") + 1),
        },
      }),
    })),
  };
  const dockerList = images.map(({ config, layers, name }) => ({
    Config: blobPath(config.digest),
    RepoTags: name === undefined ? null : [name],
    Layers: layers.map(({ digest }) => blobPath(digest)),
  }));
  const blobs = new Map(
    images
      .flatMap(({ manifest, config, layers }) => [manifest, config, ...layers])
      .map(({ digest, size }) => [digest, { path: blobPath(digest), size, digest }]),
  );
  return [
    written(layoutFile.path, layoutFile.text),
    written("index.json", JSON.stringify(index)),
    written("manifest.json", JSON.stringify(dockerList)),
    ...blobs.values(),
  ];
}

function written(path: string, text: string) {
  return { path, text, size: Buffer.byteLength(text) };
}

export function descriptorOf(mediaType: string, content: string | Buffer): Descriptor {
  return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) };
}

export function digestOf(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
