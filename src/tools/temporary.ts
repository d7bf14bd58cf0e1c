import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "mesos-lab-passing-";
/** No run works in one for so long: it was left by a run that was killed. */
const leftAfterMs = 24 * 60 * 60 * 1_000;

/**
 * Runs `work` with an empty folder of its own among the system's temporary files. Nothing of it stays, however `work`
 * ends; what a killed run has left goes with the first run a day later.
 */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    await removeLeft(folder);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By the file system's own times: those of the folder that was made just now and of the others. */
async function removeLeft(made: string): Promise<void> {
  const now = (await lstat(made)).mtimeMs;
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined);
    const isOwn = found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid);
    // Another run may be removing it as well.
    if (isOwn && now - found.mtimeMs > leftAfterMs)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
