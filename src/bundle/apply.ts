import { archivesOf } from "../lab/archives.ts";
import type { Lab, VagrantLab } from "../lab/model.ts";
import { onVagrant, withBox } from "../lab/runs.ts";
import { bundleFolder, type Manifest, parts } from "./manifest.ts";

/** Whether a lab is made of the same things as the one that the bundle was saved of. */
export function isFor({ stack, provider, box }: Manifest, lab: Lab): lab is VagrantLab {
  const runs = onVagrant(lab)?.runs;
  return stack === lab.stack && provider === runs?.provider && box.name === runs.box.name;
}

/** The lab with its box's version and with what of the bundle lies in the lab's folder. */
export function applyBundle(lab: Lab, manifest: Manifest): Lab {
  const { name, version } = manifest.box;
  const has = (path: string) => manifest.files.some((file) => file.path === path);
  return {
    // Vagrant has it by now; where it once came from may be out of reach here.
    ...withBox(lab, { name, ...(version === "0" ? {} : { version }) }),
    bundle: {
      images: manifest.images,
      packages: has(parts.packageIndex),
      client: has(parts.client),
      ...(has(parts.rehearsalImages) && { archive: `${bundleFolder}/${parts.rehearsalImages}` }),
    },
  };
}

/**
 * The identities of images as the lock file has them: an image that comes out of an archive no longer knows the digest
 * by which it was once pulled, but its id is the same.
 */
export function knownByDigest(
  identities: Readonly<Record<string, string>>,
  lab: Lab,
): Readonly<Record<string, string>> {
  const { images } = archivesOf(lab);
  return Object.fromEntries(
    Object.entries(identities).map(([image, identity]) => {
      const same = images[image] !== undefined && identity === `id ${images[image].id}`;
      const digest = lab.fetched?.[image]?.digest ?? lab.digests?.[image];
      return [image, (same ? digest : undefined) ?? identity];
    }),
  );
}
