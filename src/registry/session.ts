import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { LabError } from "../errors.ts";
import { dockerCredentials } from "./credentials.ts";
import { type FetchJob, type Found, fetchImage, findImage, type LayerSeen } from "./fetch.ts";
import type { KeptImage } from "./layout.ts";
import type { Architecture } from "./manifest.ts";
import { parseReference } from "./reference.ts";
import { isOf, keptImages, prepareStore, type Store } from "./store.ts";

/** An image that somebody wants, and the digest that it has to have where that is settled. */
export interface WantedImage {
  readonly reference: string;
  readonly locked?: string | undefined;
}

/** Fetching into one cache, which nobody else changes meanwhile. */
export interface Session {
  readonly store: Store;
  find(wanted: WantedImage, say: (text: string) => void): Promise<Found>;
  fetch(found: Found, say: (text: string) => void, onLayer: (seen: LayerSeen) => void): Promise<KeptImage>;
}

export interface SessionOptions {
  readonly store: Store;
  readonly mirror?: string | undefined;
  readonly signal: AbortSignal;
  /** Told when another run has the cache. */
  readonly onWait?: (() => void) | undefined;
}

/** Opens the cache for fetching: of several runs at once one fetches, and the others find it there. */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { store, mirror, signal } = options;
  const architecture = hostArchitecture();
  const { openTransfers } = await import("../probes/http.ts");
  const release = await lockStore(options);
  const transfers = openTransfers();
  try {
    await prepareStore(store);
    const job = (say: (text: string) => void, onLayer: FetchJob["onLayer"] = () => undefined): FetchJob => ({
      store,
      architecture,
      mirror,
      transfers,
      signal,
      credentials: (of) => dockerCredentials(of, signal),
      say,
      onLayer,
    });
    return await work({
      store,
      find: ({ reference, locked }, say) => findImage(parseReference(reference), locked, job(say)),
      fetch: (found, say, onLayer) => fetchImage(found, job(say, onLayer)),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new LabError("interrupted", "interrupted while fetching images: what has arrived is kept", {
      cause: error,
    });
  } finally {
    await transfers.close();
    // Where somebody else has the lock by now, there is nothing to give back.
    await release().catch(() => undefined);
  }
}

/** The wanted images that are here already, by reference; nothing is asked over the network. */
export async function imagesHere(
  store: Store,
  wanted: readonly WantedImage[],
): Promise<ReadonlyMap<string, KeptImage>> {
  const kept = await keptImages(store);
  const architecture = hostArchitecture();
  return new Map(
    wanted.flatMap(({ reference, locked }) => {
      const pinned = parseReference(reference).digest ?? locked;
      const found = kept.find(
        (image) => isOf(image, reference, architecture) && (pinned === undefined || image.fetched === pinned),
      );
      return found === undefined ? [] : [[reference, found] as const];
    }),
  );
}

/** Machines have the processor of their host. */
function hostArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}

const againMs = 1000;
/** After a run that was killed, the next one waits so long. */
const staleMs = 10_000;
/** A host that slept may find the lock taken. All that is written is checked by its digest, so nothing is lost. */
const onCompromised = () => undefined;

async function lockStore({ store, signal, onWait }: SessionOptions): Promise<() => Promise<void>> {
  await mkdir(store.folder, { recursive: true });
  for (let told = false; ; told = true) {
    try {
      return await lockfile.lock(store.folder, { stale: staleMs, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (!told) onWait?.();
    // As long as the other one works: it has its own limits.
    await sleep(againMs, undefined, { signal });
  }
}
