import { existsSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { parts } from "../../bundle/manifest.ts";
import { listImages } from "../../foundry/images/build.ts";
import { defaultCacheDir } from "../../tools/cache.ts";
import type { Run } from "../run.ts";

/** Puts the archive of the rehearsal images, from the lab's bundle or where it has been made, beside the playbook that loads it if need be. */
export async function bringImages({ lab, folder }: Run): Promise<void> {
  if (lab.stack !== "rehearsal" || lab.embedded !== undefined) return;
  const bundled = folder.file("bundle", parts.rehearsalImages);
  const archive =
    lab.bundle !== undefined && existsSync(bundled)
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
