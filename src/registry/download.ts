import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../errors.ts";
import type { Transfer } from "../probes/http.ts";
import { transferWords } from "../probes/network-words.ts";
import type { RepositoryClient } from "./client.ts";
import { blobFile, blobSize, noteDiffId, partialFile, readDiffId, type Store } from "./store.ts";
import { type LayerSum, openLayerSum } from "./unpacking.ts";

/** A layer to be had. */
export interface WantedLayer {
  readonly digest: string;
  /** Bytes, where the manifest tells. */
  readonly size?: number;
}

/** A layer that is all here, and is what its digest says. */
export interface HadLayer {
  readonly digest: string;
  readonly size: number;
  /** `sha256:…` of the unpacked tar. */
  readonly diffId: string;
}

/** How far a layer is: `bytes` of `size` are here, `fetched` of them since this began. */
export type OnBytes = (seen: {
  readonly bytes: number;
  readonly fetched: number;
  readonly size?: number;
}) => void;

/** Without one byte of progress between them. */
const mostTries = 5;

/**
 * Makes a layer be here: what is here already is not asked for again, and what was cut goes on where it ended.
 * @throws LabError `tool` where it cannot be had or is not what its digest says; the signal's reason on abort, and what
 * has arrived stays.
 */
export async function haveLayer(
  store: Store,
  client: RepositoryClient,
  layer: WantedLayer,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<HadLayer> {
  const there = await blobSize(store, layer.digest);
  if (there !== undefined)
    return { digest: layer.digest, size: there, diffId: await knownDiffId(store, layer) };
  const partial = partialFile(store, layer.digest);
  const kept = await fileSize(partial);
  const found = await fetchLayer(client, layer, partial, onBytes, signal)
    .catch(async (error) => {
      // What an earlier run left may be what is wrong, after a power cut for one.
      if (!(error instanceof WrongBytes) || kept === 0) throw error;
      return fetchLayer(client, layer, partial, onBytes, signal);
    })
    .catch((error: unknown) => {
      throw error instanceof WrongBytes ? wrong(layer, error) : error;
    });
  await noteDiffId(store, layer.digest, found.diffId);
  await rename(partial, blobFile(store, layer.digest));
  return { digest: layer.digest, ...found };
}

/** What arrived is not what was asked for. */
class WrongBytes extends Error {}

function wrong({ digest }: WantedLayer, error: WrongBytes): LabError {
  return new LabError("layer-damaged", `a layer is not what its digest says: ${error.message}`, {
    details: [`layer ${digest}`],
    remedy: ["try again; if it stays so, ask another registry: --registry URL"],
  });
}

async function fetchLayer(
  client: RepositoryClient,
  layer: WantedLayer,
  partial: string,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Omit<HadLayer, "digest">> {
  const file = await open(partial, "a");
  let sum = openLayerSum();
  let had = await addFile(sum, partial, signal);
  const before = had;
  let size = layer.size;
  try {
    for (let tries = 1; size === undefined || had < size; ) {
      const start = had;
      try {
        const answer = await client.blob(layer.digest, had);
        if (answer.status === 416) {
          answer.body.destroy();
          break;
        }
        if (had > 0 && (answer.status !== 206 || rangeStart(answer) !== had)) {
          // It cannot go on in the middle.
          await file.truncate(0);
          sum.drop();
          sum = openLayerSum();
          had = 0;
        }
        size ??= sizeOf(answer, had);
        for await (const part of received(answer)) {
          had += part.length;
          if (size !== undefined && had > size) throw new WrongBytes(`it has more than ${size} bytes`);
          await Promise.all([writeAll(file, part), sum.add(part)]);
          onBytes({ bytes: had, fetched: had - before, ...(size !== undefined && { size }) });
        }
        size ??= had;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BrokenOff)) throw error;
        tries = had > start ? 1 : tries + 1;
        if (tries > mostTries) throw brokenOff(layer, had, size, error);
        await sleep(Math.min(2 ** (tries - 1), 10) * 500, undefined, { signal });
      }
    }
    const { digest, diffId } = await sum.end().catch((error: Error) => {
      throw new WrongBytes(`it cannot be unpacked: ${error.message}`);
    });
    if (digest !== layer.digest) throw new WrongBytes(`it is ${digest}`);
    return { size: had, diffId };
  } catch (error) {
    if (error instanceof WrongBytes) await rm(partial, { force: true });
    throw error;
  } finally {
    sum.drop();
    await file.close();
  }
}

/** Of a layer that is all here, from its note or from its bytes. */
async function knownDiffId(store: Store, { digest }: WantedLayer): Promise<string> {
  const noted = await readDiffId(store, digest);
  if (noted !== undefined) return noted;
  const sum = openLayerSum();
  await addFile(sum, blobFile(store, digest));
  const { diffId } = await sum.end();
  await noteDiffId(store, digest, diffId);
  return diffId;
}

async function addFile(sum: LayerSum, path: string, signal?: AbortSignal): Promise<number> {
  let bytes = 0;
  for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    await sum.add(part);
    bytes += part.length;
  }
  return bytes;
}

async function writeAll(file: FileHandle, part: Buffer): Promise<void> {
  for (let done = 0; done < part.length; ) done += (await file.write(part, done)).bytesWritten;
}

async function fileSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function rangeStart({ headers }: Transfer): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  return start === undefined ? undefined : Number(start);
}

function sizeOf({ headers }: Transfer, from: number): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : from + Number(length);
}

/** The connection did: it can be taken up again. */
class BrokenOff extends Error {}

async function* received({ body }: Transfer): AsyncGenerator<Buffer> {
  try {
    for await (const part of body as AsyncIterable<Buffer>) yield part;
  } catch (cause) {
    throw new BrokenOff(transferWords(cause), { cause });
  }
}

function brokenOff(
  { digest }: WantedLayer,
  had: number,
  size: number | undefined,
  error: BrokenOff,
): LabError {
  return new LabError(
    "layer-broke-off",
    `a layer broke off ${mostTries} times at the same byte: ${error.message}`,
    {
      details: [`layer ${digest}: ${had}${size === undefined ? "" : ` of ${size}`} bytes are here, and stay`],
      remedy: ["go on from there: run the same command again"],
      cause: error,
    },
  );
}
