import type { Lab } from "./model.ts";

/** Images that lie in a folder of the lab as archives for `docker load`, so that no machine pulls them. */
export interface Archives {
  /** Below the lab's folder. */
  readonly folder: string;
  /** By reference: the image's id, and its archive's path in that folder. */
  readonly images: Readonly<Record<string, { readonly id: string; readonly archive: string }>>;
}

/** Where the images are that this host has fetched for a lab. */
export const fetchedFolder = "images";

/** A bundle's images, else those that this host has fetched. */
export function archivesOf({ bundle, fetched = {} }: Lab): Archives {
  const bundled = bundle?.images ?? {};
  return Object.keys(bundled).length > 0
    ? { folder: "bundle", images: bundled }
    : { folder: fetchedFolder, images: fetched };
}
