import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LabError } from "../errors.ts";
import { copyBytes, type Watch } from "../tools/copy.ts";
import { systemWords } from "../tools/file-errors.ts";
import { blockSize, paddingAfter, readHeader, tarEnd, tarHeader } from "../tools/tar.ts";
import { bundleFault } from "./fault.ts";
import {
  type BundleFile,
  longestManifest,
  type Manifest,
  manifestName,
  manifestSumName,
  parseManifest,
} from "./manifest.ts";
import { manifestSum } from "./write.ts";

/** Reads what the bundle says of itself. @throws LabError `usage` where that is damaged. */
export function readManifest(bundle: string): Promise<Manifest> {
  return withBundle(bundle, (file) => manifestOf(file, bundle));
}

/**
 * Unpacks a bundle into an empty folder of the caller's. Every byte of it is compared with what the manifest says or
 * with the one form that a bundle may have.
 * @throws LabError `usage` that names the file which is wrong; the folder's content is of no use then.
 */
export function unpackBundle(bundle: string, into: string, watch: Watch): Promise<Manifest> {
  return withBundle(bundle, async (file) => {
    const manifest = await manifestOf(file, bundle);
    for (const each of manifest.files) await unpackFile(file, each, into, bundle, watch);
    await expectEnd(file, bundle);
    return manifest;
  });
}

async function withBundle<T>(bundle: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(bundle).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(bundle, error);
  });
  try {
    return await work(file);
  } catch (error) {
    // A folder can be opened, and not be read.
    if ((error as NodeJS.ErrnoException).code === "EISDIR") throw unreadable(bundle, error as Error);
    throw error;
  } finally {
    await file.close();
  }
}

function unreadable(bundle: string, cause: NodeJS.ErrnoException): LabError {
  return new LabError("bundle-unreadable", `the bundle ${bundle} cannot be read: ${systemWords(cause)}`, {
    cause,
  });
}

async function manifestOf(file: FileHandle, bundle: string): Promise<Manifest> {
  const header = await take(file, blockSize);
  const size = readHeader(header)?.size ?? 0;
  if (!header.equals(tarHeader(manifestName, size)) || size > longestManifest)
    throw new LabError(
      "bundle-unreadable",
      `${bundle} is no bundle of mesos-lab: it does not begin with ${manifestName}`,
      {
        remedy: ["make one: npx mesos-lab bundle save FILE"],
      },
    );
  const content = await take(file, size);
  if (content.length < size) throw endsEarly(bundle, manifestName, content.length, size);
  await expectPadding(file, size, manifestName, bundle);
  const text = content.toString();
  const sum = Buffer.from(manifestSum(text));
  await expectHeader(file, { path: manifestSumName, size: sum.length }, bundle);
  if (!(await take(file, sum.length)).equals(sum))
    throw bundleFault(bundle, manifestName, `is damaged: it is not what ${manifestSumName} says`);
  await expectPadding(file, sum.length, manifestSumName, bundle);
  return parseManifest(text, bundle);
}

async function unpackFile(
  file: FileHandle,
  expected: BundleFile,
  into: string,
  bundle: string,
  watch: Watch,
): Promise<void> {
  const { path, size } = expected;
  await expectHeader(file, expected, bundle);
  const target = join(into, path);
  await mkdir(dirname(target), { recursive: true });
  const out = await open(target, "wx");
  try {
    const { bytes, sha256 } = await copyBytes(file, out, expected, watch);
    if (bytes < size) throw endsEarly(bundle, path, bytes, size);
    if (sha256 !== expected.sha256)
      throw bundleFault(bundle, path, "is damaged", {
        details: [`sha256 in the manifest: ${expected.sha256}`, `sha256 of the file:     ${sha256}`],
      });
  } finally {
    await out.close();
  }
  await expectPadding(file, size, path, bundle);
}

async function expectHeader(
  file: FileHandle,
  expected: { readonly path: string; readonly size: number },
  bundle: string,
): Promise<void> {
  const header = await take(file, blockSize);
  if (header.equals(tarHeader(expected.path, expected.size))) return;
  if (header.length === 0 || header.every((byte) => byte === 0))
    throw bundleFault(bundle, expected.path, "is missing: the bundle ends before it");
  const found = readHeader(header);
  if (found === undefined) throw bundleFault(bundle, expected.path, "is damaged: it has no proper beginning");
  if (found.path !== expected.path)
    throw bundleFault(bundle, JSON.stringify(found.path), `stands where ${expected.path} should be`);
  throw bundleFault(bundle, expected.path, `is no plain file of ${expected.size} bytes`);
}

async function expectPadding(file: FileHandle, size: number, path: string, bundle: string): Promise<void> {
  const length = paddingAfter(size);
  const padding = await take(file, length);
  if (padding.length < length) throw bundleFault(bundle, path, "is cut off at its end");
  if (padding.some((byte) => byte !== 0))
    throw bundleFault(bundle, path, "is followed by what is not its own");
}

async function expectEnd(file: FileHandle, bundle: string): Promise<void> {
  const end = await take(file, tarEnd.length + 1);
  if (end.equals(tarEnd)) return;
  const found = readHeader(end.subarray(0, blockSize));
  if (found !== undefined)
    throw bundleFault(bundle, JSON.stringify(found.path), "is in it, and the manifest does not name it");
  throw bundleFault(
    bundle,
    "its end",
    end.length < tarEnd.length ? "is missing" : "is followed by something else",
  );
}

function endsEarly(bundle: string, path: string, bytes: number, size: number): LabError {
  return bundleFault(bundle, path, `is cut off after ${bytes} of ${size} bytes`);
}

/** The next bytes of a file: fewer only where it ends. */
async function take(file: FileHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
