import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Context, Hono } from "hono";

/** As much as one answer carries. */
const longestRead = 64 * 1024;

/** `/files/*`: reads sandboxes and nothing else, wherever a path or a link in it points. */
export function fileRoutes(app: Hono, sandboxes: string): void {
  app.get("/files/browse.json", async (c) => {
    const path = await inside(sandboxes, c.req.query("path"));
    if (path === undefined) return refuse(c);
    const names = await readdir(path).catch(() => undefined);
    if (names === undefined) return c.text("Not a directory.\n", 400);
    const entries = await Promise.all(names.sort().map((name) => entry(join(path, name))));
    return c.json(entries.filter((one) => one !== undefined));
  });
  app.get("/files/read.json", async (c) => {
    const path = await inside(sandboxes, c.req.query("path"));
    if (path === undefined) return refuse(c);
    const [offset, length] = [number(c.req.query("offset"), -1), number(c.req.query("length"), longestRead)];
    if (offset === undefined || length === undefined)
      return c.text("Failed to parse offset or length.\n", 400);
    const file = await open(path, "r");
    try {
      const { size, isFile } = await file
        .stat()
        .then((found) => ({ size: found.size, isFile: found.isFile() }));
      if (!isFile) return c.text("Cannot read a directory.\n", 400);
      if (offset < 0) return c.json({ offset: size, data: "" });
      const wanted = Math.min(length < 0 ? longestRead : length, longestRead);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
      return c.json({ offset, data: buffer.subarray(0, bytesRead).toString("utf8") });
    } finally {
      await file.close();
    }
  });
}

function refuse(c: Context): Response {
  return c.req.query("path") === undefined
    ? c.text("Expecting 'path=value' in query.\n", 400)
    : c.text("", 404);
}

/** The real path, or undefined where it is missing or lies elsewhere. */
async function inside(root: string, wanted: string | undefined): Promise<string | undefined> {
  if (wanted === undefined || wanted.includes("\0")) return undefined;
  try {
    const [path, top] = await Promise.all([realpath(wanted), realpath(root)]);
    return path.startsWith(top + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function entry(path: string): Promise<object | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const letters = [..."rwxrwxrwx"].map((letter, index) => (found.mode & (1 << (8 - index)) ? letter : "-"));
  return {
    path,
    size: found.size,
    mtime: Math.floor(found.mtimeMs / 1_000),
    mode: (found.isDirectory() ? "d" : "-") + letters.join(""),
    nlink: found.nlink,
    uid: String(found.uid),
    gid: String(found.gid),
  };
}

function number(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
