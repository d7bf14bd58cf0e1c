import { linkSync, rmSync, symlinkSync } from "node:fs";
import { listImages } from "../images/build.ts";
import { defaultCacheDir } from "../tools/cache.ts";
import type { Run } from "./run.ts";

/** Puts the archive of the rehearsal images, where it has been made, beside the playbook that loads it if need be. */
export async function bringImages({ lab, folder }: Run): Promise<void> {
  if (lab.stack !== "rehearsal") return;
  const images = await listImages({ cacheDir: defaultCacheDir() });
  const here = folder.file("images.tar");
  rmSync(here, { force: true });
  if (images === undefined) return;
  try {
    linkSync(images.file, here);
  } catch {
    // The cache is on another file system.
    symlinkSync(images.file, here);
  }
}
