import type { Lab } from "../lab/model.ts";
import type { Lock } from "./lock.ts";

/** How the lock names a lab's box. */
export function boxKey(lab: Lab): string {
  return `${lab.box.name} ${lab.provider}`;
}

/** The lab with its box's version and its images' digests as the lock has them. */
export function applyLock(lab: Lab, lock: Lock): Lab {
  const version = lab.box.version ?? lock.boxes[boxKey(lab)]?.version;
  // Only what was pulled can be pulled again; `id …` is of an image that somebody has built.
  const digests = Object.values(lab.images).flatMap((image) => {
    const digest = lock.images[image];
    return digest?.startsWith("sha256:") ? [[image, digest] as const] : [];
  });
  return {
    ...lab,
    box: {
      ...lab.box,
      // A box from a file or a folder has no version that Vagrant could ask for.
      ...(version === undefined || version === "0" ? {} : { version }),
    },
    ...(digests.length > 0 && { digests: Object.fromEntries(digests) }),
  };
}
