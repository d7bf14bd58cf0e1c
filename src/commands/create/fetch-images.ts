import { LabError } from "../../errors.ts";
import { fetchedFolder } from "../../lab/archives.ts";
import type { Lab } from "../../lab/model.ts";
import { compareLock } from "../../lock/compare.ts";
import { emptyLock } from "../../lock/lock.ts";
import { archiveName, placeArchives } from "../../registry/archives.ts";
import { RegistrySilent } from "../../registry/client.ts";
import { endpointOf } from "../../registry/endpoint.ts";
import type { KeptImage } from "../../registry/layout.ts";
import { parseReference } from "../../registry/reference.ts";
import { imagesHere, type WantedImage, withSession } from "../../registry/session.ts";
import { registryStore } from "../../registry/store.ts";
import { defaultCacheDir } from "../../tools/cache.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import { fetchTelling, shortages, waitingText, wantedImages } from "../fetching.ts";
import { differs, idsOf, lockOf } from "./lock.ts";
import { type Making, machinesFor, type Step } from "./making.ts";

/**
 * Gives a classic lab its images from the cache of this host, which fetches what it does not have yet. What cannot be
 * had here, the machines' own engines pull, as they all do where the user says so.
 */
export const fetchImages: Step = (making) => {
  const { lab, running, folder, signal } = making;
  const bundled = Object.keys(lab.bundle?.images ?? {}).length > 0;
  const wanted = lab.stack === "classic" && lab.imagesFrom !== "machines" && !bundled;
  if (!wanted || machinesFor(making).parts === undefined) return [];
  const fetch = async (say: (text: string) => void) => {
    const store = registryStore(defaultCacheDir());
    const all = wantedImages(lab);
    const here = await imagesHere(store, all);
    const missing = all.filter(({ reference }) => !here.has(reference));
    const complete = missing.length === 0 || (running && (await areOnMachines(making)));
    const fetched = complete ? nothing : await fetchMissing(making, missing, say);
    const images = [...here.values(), ...fetched.images];
    if (images.length === 0) return fetched.failures.join("; ") || undefined;
    making.lab = { ...lab, fetched: fetchedImages(images) };
    holdToIds(making);
    await placeArchives(store, images, folder.file(fetchedFolder), { signal, onProgress: say });
    return [`${images.length} of ${all.length} from the cache`, ...fetched.failures].join("; ");
  };
  return [line(lineOf(making, "images", "Fetch the images once for all machines"), fetch)];
};

/** Whether every machine has its images already. Machines that run may have been set up in part only. */
async function areOnMachines(making: Making): Promise<boolean> {
  try {
    await machinesFor(making).parts?.images(making.signal);
    return true;
  } catch (error) {
    if (making.signal.aborted) throw error;
    return false;
  }
}

interface Fetched {
  readonly images: readonly KeptImage[];
  /** Which images could not be had, why, and who is to have them instead. */
  readonly failures: readonly string[];
}

const nothing: Fetched = { images: [], failures: [] };

async function fetchMissing(
  making: Making,
  missing: readonly WantedImage[],
  say: (text: string) => void,
): Promise<Fetched> {
  const { lab, signal, display } = making;
  const images: KeptImage[] = [];
  /** By reference. */
  const reasons = new Map<string, string>();
  /** By the origin of a registry. */
  const silent = new Map<string, string>();
  const store = registryStore(defaultCacheDir());
  const onWait = () => say(waitingText);
  await withSession({ store, mirror: lab.registry, signal, onWait }, async (session) => {
    for (const wanted of missing) {
      const { reference } = wanted;
      const { origin } = endpointOf(parseReference(reference), lab.registry);
      const tell = (text: string) => say(`${reference}: ${text}`);
      try {
        const known = silent.get(origin);
        if (known !== undefined) reasons.set(reference, known);
        else {
          const found = await session.find(wanted, tell);
          for (const text of shortages([found])) tell(text);
          images.push((await fetchTelling(session, found, tell, display)).image);
        }
      } catch (error) {
        if (!(error instanceof LabError) || signal.aborted) throw error;
        reasons.set(reference, error.message);
        if (error instanceof RegistrySilent) silent.set(origin, error.message);
      }
    }
  });
  const failures = [...new Set(reasons.values())].map((reason) => {
    const left = [...reasons].filter(([, each]) => each === reason).map(([reference]) => reference);
    return `left to the machines' engines: ${left.join(", ")} (${reason})`;
  });
  return { images, failures };
}

function fetchedImages(images: readonly KeptImage[]): NonNullable<Lab["fetched"]> {
  return Object.fromEntries(
    images.map((image) => [
      image.reference,
      { id: image.config.digest, digest: image.fetched, archive: archiveName(image) },
    ]),
  );
}

/** @throws LabError `usage` where another image came out of the same digest than when the lock was written. */
function holdToIds(making: Making): void {
  const lock = lockOf(making);
  const { parts } = compareLock(lock ?? emptyLock, { ...emptyLock, ids: idsOf(making.lab) });
  if (parts.length > 0) throw differs(parts, making.asked.lockFile, "lock-would-differ");
}
