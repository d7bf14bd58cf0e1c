import { existsSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { listImages } from "../../foundry/images/build.ts";
import { defaultCacheDir } from "../../tools/cache.ts";
import type { Fleet } from "./fleet.ts";

/** Puts the archive of the rehearsal images, from the lab's bundle or where it has been made, beside the playbook that loads it. */
export async function placeArchive({ lab, folder }: Fleet): Promise<void> {
  if (lab.stack !== "rehearsal") return;
  const bundled = lab.bundle?.archive === undefined ? undefined : folder.file(lab.bundle.archive);
  const archive =
    bundled !== undefined && existsSync(bundled)
      ? bundled
      : (await listImages({ cacheDir: defaultCacheDir() }))?.file;
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
