import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import lockfile from "proper-lockfile";
import { LabError } from "../errors.ts";

/** Where built things are kept between runs. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mesos-lab");
}

/** A short name for everything that goes into a built thing: same input, same name. */
export function contentKey(input: unknown): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("hex").slice(0, 16);
}

export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes `path` unless it is there: `make` writes to a temporary name, which becomes `path` only when it is complete.
 * @returns whether it had to be made
 */
export async function makeOnce(path: string, make: (temporary: string) => Promise<void>): Promise<boolean> {
  if (await exists(path)) return false;
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return true;
}

/** Runs `work` with an empty folder of its own under the cache, and removes the folder whatever happens. */
export async function withStaging<T>(cacheDir: string, work: (dir: string) => Promise<T>): Promise<T> {
  const parent = join(cacheDir, "staging");
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, `${process.pid}-`));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Lets one build at a time use the cache, and clears away what a killed one left behind. */
export async function withCacheLock<T>(cacheDir: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cacheDir, { recursive: true });
  let release: () => Promise<void>;
  try {
    release = await lockfile.lock(cacheDir, { stale: 30_000 });
  } catch (cause) {
    throw new LabError("cache-in-use", `another mesos-lab is building into ${cacheDir}`, {
      remedy: [
        "wait until it has ended",
        "or give this one a cache of its own: XDG_CACHE_HOME=DIR mesos-lab …",
      ],
      cause,
    });
  }
  try {
    await rm(join(cacheDir, "staging"), { recursive: true, force: true });
    return await work();
  } finally {
    await release();
  }
}

/** Removes the entries of `dir` that `keep` does not want; a missing folder is an empty one. */
export async function prune(dir: string, keep: (name: string) => boolean): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  await Promise.all(
    names.filter((name) => !keep(name)).map((name) => rm(join(dir, name), { recursive: true, force: true })),
  );
}
