/**
 * The only form of tar that this tool writes and reads: plain files, all owned by nobody in particular, of no date. A header is
 * a function of path and size, so that a reader can compare it and has nothing to interpret.
 */

export const blockSize = 512;

/** What stands at the end of an archive. */
export const tarEnd = Buffer.alloc(2 * blockSize);

/** A header holds no longer path. */
export const longestPath = 100;

/** The largest size that eleven octal digits say. */
const mostOctal = 8 ** 11 - 1;

/** @param path of at most 100 ASCII characters. */
export function tarHeader(path: string, size: number): Buffer {
  const header = Buffer.alloc(blockSize);
  const put = (offset: number, text: string) => header.write(text, offset, "latin1");
  put(0, path);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  if (size <= mostOctal) put(124, `${octal(size, 11)}\0`);
  else {
    // As GNU and BSD tar write it: the highest bit says that a binary number follows.
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  put(136, "00000000000\0");
  put(156, "0");
  put(257, "ustar\x0000");
  put(148, `${octal(checksum(header), 6)}\0 `);
  return header;
}

/** How many zero bytes follow a file of this size. */
export function paddingAfter(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/** What a header says that may not be one of ours; undefined where it is no header at all. */
export function readHeader(header: Buffer): { path: string; size: number } | undefined {
  const text = (from: number, to: number) => header.toString("latin1", from, to).replace(/\0.*$/s, "");
  if (header.length < blockSize || Number.parseInt(text(148, 156), 8) !== checksum(header)) return undefined;
  const size = Number.parseInt(text(124, 136), 8);
  return { path: text(0, 100), size: Number.isNaN(size) ? 0 : size };
}

/** The sum of all bytes, where the checksum itself counts as blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
