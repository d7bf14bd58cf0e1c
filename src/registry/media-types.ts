/** The forms of manifests, as registries name them. */
export const mediaTypes = {
  schema1: "application/vnd.docker.distribution.manifest.v1+json",
  schema1Signed: "application/vnd.docker.distribution.manifest.v1+prettyjws",
  schema2: "application/vnd.docker.distribution.manifest.v2+json",
  list: "application/vnd.docker.distribution.manifest.list.v2+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayer: "application/vnd.oci.image.layer.v1.tar",
  ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** What is asked for: whoever has an image in several forms gives the newest of these. */
export const acceptedManifests = [
  mediaTypes.ociIndex,
  mediaTypes.list,
  mediaTypes.ociManifest,
  mediaTypes.schema2,
  mediaTypes.schema1Signed,
  mediaTypes.schema1,
].join(", ");

export type ManifestForm = "list" | "schema 2" | "OCI" | "schema 1";

/**
 * The form of a manifest. The text itself is asked before the type that a server names: some call each JSON.
 * Undefined for what is no manifest of an image.
 */
export function manifestForm(value: unknown, contentType: string | undefined): ManifestForm | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { schemaVersion, mediaType } = value as { schemaVersion?: unknown; mediaType?: unknown };
  if (schemaVersion === 1) return "schema 1";
  if (schemaVersion !== 2) return undefined;
  const type = typeof mediaType === "string" ? mediaType : contentType?.split(";")[0]?.trim();
  if (type === mediaTypes.list || type === mediaTypes.ociIndex) return "list";
  if (type === mediaTypes.schema2) return "schema 2";
  if (type === mediaTypes.ociManifest) return "OCI";
  // OCI's manifests need not name their own type.
  if ("manifests" in value) return "list";
  return "layers" in value && "config" in value ? "OCI" : undefined;
}
