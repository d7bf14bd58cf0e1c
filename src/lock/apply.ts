import type { Lab, VagrantLab } from "../lab/model.ts";
import { onVagrant, withBox } from "../lab/runs.ts";
import type { Lock } from "./lock.ts";

/** How the lock names a lab's box. */
export function boxKey({ runs }: VagrantLab): string {
  return `${runs.box.name} ${runs.provider}`;
}

/** The lab with its box's version and its images' digests as the lock has them. */
export function applyLock(lab: Lab, lock: Lock): Lab {
  // Only what was pulled can be pulled again; `id …` is of an image that somebody has built.
  const digests = Object.values(lab.images).flatMap((image) => {
    const digest = lock.images[image];
    return digest?.startsWith("sha256:") ? [[image, digest] as const] : [];
  });
  return { ...withLockedBox(lab, lock), ...(digests.length > 0 && { digests: Object.fromEntries(digests) }) };
}

function withLockedBox(lab: Lab, lock: Lock): Lab {
  const machines = onVagrant(lab);
  if (machines === undefined) return lab;
  const { box } = machines.runs;
  const version = box.version ?? lock.boxes[boxKey(machines)]?.version;
  // A box from a file or a folder has no version that Vagrant could ask for.
  return version === undefined || version === "0" ? lab : withBox(lab, { ...box, version });
}
