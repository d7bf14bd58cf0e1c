import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { LabError } from "../errors.ts";
import { sha256File } from "../tools/cache.ts";
import { copyBytes, type Watch } from "../tools/copy.ts";
import { paddingAfter, tarEnd, tarHeader } from "../tools/tar.ts";
import { type BundleFile, formatManifest, type Manifest, manifestName, manifestSumName } from "./manifest.ts";

/** A file of the bundle, and where it lies now. */
export interface Source {
  readonly path: string;
  readonly from: string;
}

/**
 * Writes a bundle: the manifest and its checksum, then the files in their order. The file has its name only when it is
 * complete.
 * @returns the manifest, with what was found of each file.
 */
export async function writeBundle(
  to: string,
  about: Omit<Manifest, "files">,
  sources: readonly Source[],
  watch: Watch,
): Promise<Manifest> {
  const files: BundleFile[] = [];
  for (const { path, from } of sources) {
    watch.onProgress?.(`reading ${path}`);
    files.push({ path, size: (await stat(from)).size, sha256: await sha256File(from) });
  }
  const manifest = { ...about, files };
  const half = `${to}.part`;
  const out = await open(half, "w");
  try {
    const text = formatManifest(manifest);
    await writeText(out, manifestName, text);
    await writeText(out, manifestSumName, manifestSum(text));
    for (const [index, file] of files.entries())
      await writeFile(out, file, (sources[index] as Source).from, watch);
    await out.write(tarEnd);
    await out.sync();
    await out.close();
    await rename(half, to);
  } finally {
    await out.close().catch(() => undefined);
    await rm(half, { force: true });
  }
  return manifest;
}

/** What stands in `manifest.sha256`. */
export function manifestSum(manifest: string): string {
  return `${createHash("sha256").update(manifest).digest("hex")}  ${manifestName}\n`;
}

async function writeText(out: FileHandle, path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await out.write(tarHeader(path, bytes.length));
  await out.write(bytes);
  await out.write(Buffer.alloc(paddingAfter(bytes.length)));
}

async function writeFile(out: FileHandle, file: BundleFile, from: string, watch: Watch): Promise<void> {
  await out.write(tarHeader(file.path, file.size));
  const source = await open(from);
  try {
    const { bytes, sha256 } = await copyBytes(source, out, file, watch);
    if (bytes !== file.size || sha256 !== file.sha256)
      throw new LabError("file-changed-while-packing", `${from} changed while it was being packed`, {
        remedy: ["wait until nothing writes to it, and save the bundle again"],
      });
  } finally {
    await source.close();
  }
  await out.write(Buffer.alloc(paddingAfter(file.size)));
}
