import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Checks a layer while its bytes pass by: what it is packed, and what it is unpacked. */
export interface LayerSum {
  /** Takes the next bytes; resolves when there is room for more. */
  add(part: Buffer): Promise<void>;
  /** Both as `sha256:…`. @throws Error for a layer that cannot be unpacked. */
  end(): Promise<{ readonly digest: string; readonly diffId: string }>;
  /** Frees what an unfinished sum holds. */
  drop(): void;
}

/** Bytes: large pieces, for each costs a way to another thread and back. */
const unpackedPiece = 256 * 1024;

export function openLayerSum(): LayerSum {
  const packed = createHash("sha256");
  const unpacked = createHash("sha256");
  let gunzip: Writable | undefined;
  let begun = Buffer.alloc(0);
  let failed: Error | undefined;
  let writing: Promise<void> | undefined;
  let whole: Promise<unknown> = Promise.resolve();

  /** What a layer is packed with, its first bytes tell; a tar begins with a name. */
  function begin(head: Buffer): void {
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      if (head.readUInt32BE(0) === 0x28b52ffd || head.toString("latin1", 0, 3) === "BZh")
        failed = new Error("it is packed with something else than gzip");
      return;
    }
    const stream = createGunzip({ chunkSize: unpackedPiece });
    stream.on("data", (part: Buffer) => unpacked.update(part));
    stream.on("error", (error) => {
      failed = error;
    });
    whole = new Promise((resolve) => stream.once("close", resolve));
    gunzip = stream;
  }

  /** One piece is unpacked, in another thread, while the next one arrives. */
  async function unpack(part: Buffer): Promise<void> {
    if (failed !== undefined) return;
    if (gunzip === undefined) {
      unpacked.update(part);
      return;
    }
    const stream = gunzip;
    const before = writing;
    writing = new Promise((resolve) => stream.write(part, () => resolve()));
    await before;
  }

  return {
    async add(part) {
      packed.update(part);
      if (begun.length >= 4) return unpack(part);
      begun = Buffer.concat([begun, part]);
      if (begun.length < 4) return;
      begin(begun);
      await unpack(begun);
    },
    async end() {
      if (begun.length < 4) unpacked.update(begun);
      gunzip?.end();
      await whole;
      if (failed !== undefined) throw failed;
      return { digest: `sha256:${packed.digest("hex")}`, diffId: `sha256:${unpacked.digest("hex")}` };
    },
    drop: () => gunzip?.destroy(),
  };
}
