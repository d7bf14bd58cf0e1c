import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { LabError } from "../errors.ts";

/** What goes along with work on files of a GB. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress?: ((text: string) => void) | undefined;
}

const chunk = 1024 * 1024;
/** Bytes: what takes a moment. */
const worthTelling = 100e6;

/**
 * Copies up to `size` bytes from where one file is read to where another is written; returns what it really was.
 * @throws LabError `interrupted` on abort.
 */
export async function copyBytes(
  from: FileHandle,
  to: FileHandle,
  { path, size }: { readonly path: string; readonly size: number },
  { signal, onProgress }: Watch,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(chunk, Math.max(size, 1)));
  let bytes = 0;
  while (bytes < size) {
    if (signal.aborted) throw new LabError("interrupted", `interrupted at ${path}`);
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, size - bytes), null);
    if (bytesRead === 0) break;
    const part = buffer.subarray(0, bytesRead);
    hash.update(part);
    await to.write(part);
    const tenth = Math.floor((bytes * 10) / size);
    bytes += bytesRead;
    if (size > worthTelling && Math.floor((bytes * 10) / size) > tenth)
      onProgress?.(`${path}: ${megabytes(bytes)} of ${megabytes(size)} MB`);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Whole megabytes, for people. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
