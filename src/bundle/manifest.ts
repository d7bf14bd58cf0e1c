import * as z from "zod";
import { providerNames, type RunsOnName, stackNames } from "../lab/model.ts";
import { jsonOrUndefined } from "../untrusted.ts";
import { bundleFault } from "./fault.ts";

/** Of the bundle's form: raised when older programs could no longer read it. */
const formatVersion = 1;

/** Where every bundle's lab runs. */
export const bundleRunsOn: RunsOnName = "vagrant";

/** Below a lab's folder: what is kept of the bundle that it was made from. */
export const bundleFolder = "bundle";

export const manifestName = "manifest.json";
/** Its line is what `sha256sum --check` reads. */
export const manifestSumName = "manifest.sha256";
/** Far more than a manifest can need. */
export const longestManifest = 4 * 1024 * 1024;

export const parts = {
  labFile: "mesos-lab.yaml",
  lock: "mesos-lab.lock",
  box: "box.tar.gz",
  client: "client/docker",
  rehearsalImages: "images/rehearsal.tar.gz",
  packageIndex: "packages/Packages",
} as const;

// Only what has a place in a bundle: a path from somebody else's manifest can lead nowhere else.
const path =
  /^(?:mesos-lab\.(?:yaml|lock)|box\.tar\.gz|client\/docker|images\/[a-z0-9-]{1,40}\.tar(?:\.gz)?|packages\/(?:Packages|[a-z0-9][\w.+~%-]{1,80}\.deb))$/;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const file = z.strictObject({
  path: z.string().regex(path, { error: "is no place in a bundle" }),
  /** Bytes. */
  size: z.int().min(0),
  sha256,
});

const schema = z.strictObject({
  bundle: z.literal(formatVersion),
  madeWith: z.string(),
  lab: z.string().regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/),
  stack: z.enum(stackNames),
  provider: z.enum(providerNames),
  /** Node's name of the processor that the box is for. */
  architecture: z.string(),
  box: z.strictObject({ name: z.string(), version: z.string() }),
  /** What of the lab's images is in `images/`, by reference. */
  images: z.record(z.string(), z.strictObject({ id: z.string(), archive: z.string() })),
  /** In the order of the archive. */
  files: z.array(file),
});

/** What a bundle is of, and every file in it. */
export type Manifest = z.infer<typeof schema>;
export type BundleFile = z.infer<typeof file>;

/** The same manifest gives the same bytes. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** @throws LabError `usage` for a text that is no manifest of this version. */
export function parseManifest(text: string, bundle: string): Manifest {
  const raw = jsonOrUndefined(text);
  const version = (raw as { bundle?: unknown } | undefined)?.bundle;
  if (typeof version === "number" && version !== formatVersion)
    throw bundleFault(
      bundle,
      manifestName,
      `is of format ${version}, and this mesos-lab reads ${formatVersion}`,
      {
        remedy: ["npm install mesos-lab@latest, or save the bundle again with this version"],
      },
    );
  const result = schema.safeParse(raw);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join(".") ?? "";
    throw bundleFault(bundle, manifestName, `is no manifest: ${place} ${issue?.message ?? ""}`.trim());
  }
  const manifest = result.data;
  const paths = manifest.files.map((each) => each.path);
  const twice = paths.find((each, index) => paths.indexOf(each) !== index);
  if (twice !== undefined) throw bundleFault(bundle, manifestName, `names ${twice} twice`);
  const wanted = [parts.labFile, parts.box, ...Object.values(manifest.images).map(({ archive }) => archive)];
  const missing = wanted.find((each) => !paths.includes(each));
  if (missing !== undefined) throw bundleFault(bundle, manifestName, `does not name ${missing}`);
  return manifest;
}
