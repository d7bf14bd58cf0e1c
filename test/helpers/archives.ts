import { crc32 } from "node:zlib";
import { Header } from "tar";

/** A file of an archive. The mode is that of a Unix system, its kind in the upper bits. */
export interface ArchiveFile {
  readonly name: string;
  readonly content: string;
  readonly mode?: number;
  /** What a link leads to: of a tar only. */
  readonly link?: string;
}

/** A tar that may have what no program would make. */
export function tarOf(files: readonly ArchiveFile[]): Buffer {
  const blocks = files.flatMap(({ name, content, mode = 0o644, link }) => {
    const head = Buffer.alloc(512);
    new Header({
      path: name,
      mode,
      size: Buffer.byteLength(content),
      mtime: new Date(0),
      type: link === undefined ? "File" : "SymbolicLink",
      ...(link === undefined ? {} : { linkpath: link }),
    }).encode(head);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [head, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}

/** A zip of files that are stored as they are. */
export function zipOf(files: readonly ArchiveFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644 } of files) {
    const [path, data] = [Buffer.from(name), Buffer.from(content)];
    // From "version needed" to "length of the extra field": the same in both places.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, path, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const unix = Buffer.from([20, 3]);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02"), unix, common, rest, path]));
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}
