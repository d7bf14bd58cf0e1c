import { createReadStream } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, join, sep } from "node:path";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { type Endpoints, jsonAnswer, refusal } from "../mesos/libprocess.ts";

/** As much as one answer carries. */
const longestRead = 64 * 1024;
const noPath = "Expecting 'path=value' in query.\n";

/** `/files/*`: reads sandboxes and nothing else, wherever a path or a link in it points. */
export function fileEndpoints(sandboxes: string): Endpoints[string] {
  const found = async (c: Context) => {
    const wanted = c.req.query("path");
    if (!wanted) return refusal(c, 400, noPath);
    const path = await inside(sandboxes, wanted);
    return path === undefined ? c.body(null, 404) : { wanted, path };
  };
  const onFile =
    (answer: (c: Context, file: { wanted: string; path: string }) => Promise<Response>) =>
    async (c: Context): Promise<Response> => {
      const file = await found(c);
      return file instanceof Response ? file : answer(c, file);
    };
  return {
    "browse.json": onFile(browse),
    "read.json": onFile(read),
    "download.json": onFile(download),
    "debug.json": (c) => jsonAnswer(c, { [sandboxes]: sandboxes }),
  };
}

async function browse(c: Context, { wanted, path }: { wanted: string; path: string }): Promise<Response> {
  const names = await readdir(path).catch(() => []);
  const entries = await Promise.all(names.sort().map((name) => entry(join(path, name), join(wanted, name))));
  return jsonAnswer(
    c,
    entries.filter((one) => one !== undefined),
  );
}

async function read(c: Context, { path }: { path: string }): Promise<Response> {
  const numbers: Record<string, number> = {};
  for (const [name, fallback] of [
    ["offset", -1],
    ["length", -1],
  ] as const) {
    const text = c.req.query(name) ?? String(fallback);
    if (!/^-?\d{1,15}$/.test(text))
      return refusal(c, 400, `Failed to parse ${name}: Failed to convert '${text}' to number.\n`);
    numbers[name] = Number(text);
  }
  const { offset = -1, length = -1 } = numbers;
  const file = await open(path, "r");
  try {
    const info = await file.stat();
    if (!info.isFile()) return refusal(c, 400, "Cannot read a directory.\n");
    if (offset < 0) return jsonAnswer(c, { offset: info.size, data: "" });
    const wanted = Math.min(length < 0 ? longestRead : length, longestRead);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
    return jsonAnswer(c, { offset, data: buffer.subarray(0, bytesRead).toString("utf8") });
  } finally {
    await file.close();
  }
}

async function download(c: Context, { path }: { path: string }): Promise<Response> {
  const info = await stat(path);
  if (!info.isFile()) return refusal(c, 400, "Cannot download a directory.\n");
  // What is written to it meanwhile is for the next download.
  const file = createReadStream(path, { end: info.size - 1 });
  return c.body(info.size === 0 ? "" : (Readable.toWeb(file) as ReadableStream), 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename=${basename(path)}`,
    "content-length": String(info.size),
  });
}

/** The real path, or undefined where it is missing or lies elsewhere. */
async function inside(root: string, wanted: string): Promise<string | undefined> {
  if (wanted.includes("\0")) return undefined;
  try {
    const [path, top] = await Promise.all([realpath(wanted), realpath(root)]);
    return path.startsWith(top + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function entry(path: string, shown: string): Promise<object | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const letters = [..."rwxrwxrwx"].map((letter, index) => (found.mode & (1 << (8 - index)) ? letter : "-"));
  const own = userInfo();
  return {
    path: shown,
    size: found.size,
    mtime: Math.floor(found.mtimeMs / 1_000),
    mode: (found.isDirectory() ? "d" : "-") + letters.join(""),
    nlink: found.nlink,
    uid: found.uid === own.uid ? own.username : String(found.uid),
    gid: String(found.gid),
  };
}
