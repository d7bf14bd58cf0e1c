import { createWriteStream } from "node:fs";
import { lstat, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../../tools/exec.ts";

/** What unpacks a file of some ending into a directory. Nothing is ever put outside of that. */
type Unpack = (file: string, directory: string) => Promise<void>;

const kinds: readonly (readonly [endings: RegExp, unpack: Unpack])[] = [
  [/\.(?:tar|tgz|tar\.gz)$/, unpackTar],
  [/\.(?:tbz2|tar\.bz2|txz|tar\.xz)$/, unpackByProgram],
  [/\.zip$/, unpackZip],
];

/**
 * Unpacks an archive into a directory; what it is goes by the ending of its name.
 * @returns false for what is no archive
 * @throws Error for one that is broken, or that names places outside
 */
export async function unpack(file: string, directory: string): Promise<boolean> {
  const found = kinds.find(([endings]) => endings.test(file));
  await found?.[1](file, directory);
  return found !== undefined;
}

async function unpackTar(file: string, directory: string): Promise<void> {
  const { extract } = await import("tar");
  await extract({
    ...{ file, cwd: directory, strict: true },
    // Root's agent unpacks for users who are not root: nothing of it becomes a program that runs as its owner.
    preserveOwner: false,
    onReadEntry: (entry) => {
      if (entry.mode !== undefined) entry.mode &= 0o777;
    },
  });
}

/** These need a program to be unpacked; tar itself keeps within the directory. */
async function unpackByProgram(file: string, directory: string): Promise<void> {
  await run(
    { file: "tar", args: ["-C", directory, "--no-same-owner", "--no-same-permissions", "-xf", file] },
    {},
  );
}

async function unpackZip(file: string, directory: string): Promise<void> {
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(file);
  try {
    for await (const entry of zip.eachEntry()) {
      const mode = entry.externalFileAttributes >>> 16;
      if ((mode & fileType) === linkType) throw new Error(`${entry.fileName} is a link`);
      // The library refuses names that lead outside.
      const path = join(directory, entry.fileName);
      const isFolder = entry.fileName.endsWith("/");
      await makeFolder(directory, isFolder ? entry.fileName : dirname(entry.fileName));
      if (isFolder) continue;
      await rm(path, { force: true });
      const content = await zip.openReadStreamPromise(entry);
      await pipeline(content, createWriteStream(path, { flags: "wx", mode: mode & 0o777 || 0o644 }));
    }
  } finally {
    zip.close();
  }
}

const fileType = 0o170000;
const linkType = 0o120000;

/** Makes a folder below another, through no link: what was unpacked before may have left one that leads outside. */
async function makeFolder(root: string, name: string): Promise<void> {
  let path = root;
  for (const part of name.split("/").filter((one) => one !== "" && one !== ".")) {
    path = join(path, part);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) throw new Error(`${name} leads through a link`);
    if (found === undefined) await mkdir(path);
  }
}
