import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../tools/cache.ts";
import type { Watch } from "../tools/copy.ts";
import type { KeptImage } from "./layout.ts";
import { packImages } from "./pack.ts";
import type { Store } from "./store.ts";

/** The name of an image's archive: `marathon-0123456789ab.tar`. Another image has another one. */
export function archiveName({ reference, config }: Pick<KeptImage, "reference" | "config">): string {
  const [, last = ""] = /([^/:@]+)(?::[^/]*)?(?:@.*)?$/.exec(reference) ?? [];
  const words = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 24);
  return `${words}-${config.digest.slice("sha256:".length, "sha256:".length + 12)}.tar`;
}

/** Makes a folder have the archives of these images, and nothing else; what is there already stays as it is. */
export async function placeArchives(
  store: Store,
  images: readonly KeptImage[],
  folder: string,
  watch: Watch,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = new Set(images.map(archiveName));
  for (const name of await readdir(folder))
    if (!names.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  for (const image of images) {
    const file = join(folder, archiveName(image));
    if (await exists(file)) continue;
    watch.onProgress?.(`packing ${image.reference}`);
    await packImages(store, [image], file, watch);
  }
}
