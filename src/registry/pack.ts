import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { LabError } from "../errors.ts";
import { copyBytes, type Watch } from "../tools/copy.ts";
import { paddingAfter, tarEnd, tarHeader } from "../tools/tar.ts";
import { type ArchiveFile, archiveFiles, type KeptImage } from "./layout.ts";
import { blobFile, type Store } from "./store.ts";

/**
 * Writes images as one file for `docker load`; the same images give the same bytes. The file has its name only when it
 * is complete.
 * @throws LabError `tool` for a blob that is no longer what it was; it is removed, so that the next fetch brings it anew.
 */
export async function packImages(
  store: Store,
  images: readonly KeptImage[],
  to: string,
  watch: Watch,
): Promise<void> {
  const half = `${to}.part`;
  const out = await open(half, "w");
  try {
    for (const file of archiveFiles(images)) {
      await out.write(tarHeader(file.path, file.size));
      if ("text" in file) await out.write(Buffer.from(file.text));
      else await copyBlob(store, file, out, watch);
      await out.write(Buffer.alloc(paddingAfter(file.size)));
    }
    await out.write(tarEnd);
    await out.close();
    await rename(half, to);
  } finally {
    await out.close().catch(() => undefined);
    await rm(half, { force: true });
  }
}

async function copyBlob(
  store: Store,
  { digest, path, size }: Extract<ArchiveFile, { digest: string }>,
  out: FileHandle,
  watch: Watch,
): Promise<void> {
  const from = blobFile(store, digest);
  const source = await open(from);
  try {
    const { bytes, sha256 } = await copyBytes(source, out, { path, size }, watch);
    if (bytes === size && `sha256:${sha256}` === digest) return;
  } finally {
    await source.close();
  }
  await rm(from, { force: true });
  throw new LabError("layer-damaged", `${from} was damaged, and is removed`, {
    remedy: ["fetch it again: npx mesos-lab images fetch"],
  });
}
