import { existsSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { listImages } from "../../foundry/images/build.ts";
import { defaultCacheDir } from "../../tools/cache.ts";
import type { Fleet } from "./fleet.ts";

/** Where the archive of the rehearsal images is; undefined where there is none. */
export async function archiveOf({ lab, folder }: Pick<Fleet, "lab" | "folder">): Promise<string | undefined> {
  const bundled = lab.bundle?.archive === undefined ? undefined : folder.file(lab.bundle.archive);
  if (bundled !== undefined && existsSync(bundled)) return bundled;
  return (await listImages({ cacheDir: defaultCacheDir() }))?.file;
}

/** Puts the archive of the rehearsal images, from the lab's bundle or where it has been made, beside the playbook that loads it. */
export async function placeArchive(of: Pick<Fleet, "lab" | "folder">): Promise<void> {
  const { lab, folder } = of;
  if (lab.stack !== "rehearsal") return;
  const archive = await archiveOf(of);
  const here = folder.file("images.tar");
  rmSync(here, { force: true });
  if (archive === undefined) return;
  try {
    linkSync(archive, here);
  } catch {
    // The cache is on another file system.
    symlinkSync(archive, here);
  }
}
