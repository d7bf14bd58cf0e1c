import { performance } from "node:perf_hooks";
import { machineImages } from "../lab/machine-needs.ts";
import type { Lab } from "../lab/model.ts";
import type { Found, LayerSeen } from "../registry/fetch.ts";
import type { KeptImage } from "../registry/layout.ts";
import { rateLimitText } from "../registry/rate-limit.ts";
import type { Session, WantedImage } from "../registry/session.ts";
import { bytesText } from "../ui/bytes.ts";
import type { Display } from "../ui/tasks.ts";

/** How often at most a line tells how far a layer is. */
const pauseMs: Readonly<Record<Display, number>> = { live: 1000, plain: 10_000, silent: 1000 };

export const waitingText = "Another mesos-lab is fetching images: waiting for it";

/** Every image of a lab, with the digest that the lock holds it to. */
export function wantedImages(lab: Lab): readonly WantedImage[] {
  const all = new Set(lab.machines.flatMap((machine) => machineImages(lab, machine)));
  return [...all].map((reference) => ({ reference, locked: lab.digests?.[reference] }));
}

/** What is ahead. */
export function aheadText(found: readonly Found[]): string {
  const ahead = found.filter(({ kept }) => kept === undefined).length;
  return [
    `${ahead} to fetch, ${found.length - ahead} in the cache`,
    ...limits(found).map(({ text }) => text),
  ].join("; ");
}

/** Which registries will not give all that is ahead; told before anything is fetched. */
export function shortages(found: readonly Found[]): readonly string[] {
  return limits(found)
    .filter(({ remaining, ahead }) => remaining < ahead)
    .map(({ text, ahead }) => `${text} for this address, and ${ahead} images are wanted`);
}

function limits(found: readonly Found[]) {
  const all = new Map(
    found.flatMap(({ limit, endpoint }) => (limit === undefined ? [] : [[endpoint.words, limit] as const])),
  );
  return [...all].map(([words, limit]) => ({
    text: `${words}: ${rateLimitText(limit)}`,
    remaining: limit.remaining,
    ahead: found.filter(({ kept, endpoint }) => kept === undefined && endpoint.words === words).length,
  }));
}

/** Fetches an image, tells how far its layers are, and at the end what it was. */
export async function fetchTelling(
  session: Session,
  found: Found,
  say: (text: string) => void,
  display: Display,
): Promise<{ readonly image: KeptImage; readonly text: string }> {
  const progress = layerProgress(say, pauseMs[display]);
  const image = await session.fetch(found, say, progress.onLayer);
  const text =
    found.kept === undefined
      ? `${image.form}, ${image.layers.length} layers, ${progress.summary()}`
      : "in the cache";
  return { image, text };
}

/** Tells how far layers are, not more often than each pause and at the end of each. */
function layerProgress(say: (text: string) => void, pause: number) {
  const begin = performance.now();
  const fetched = new Map<string, number>();
  let last = begin;
  const total = () => [...fetched.values()].reduce((sum, bytes) => sum + bytes, 0);
  const rate = (now: number) => `${bytesText(total() / Math.max((now - begin) / 1000, 0.001))}/s`;
  return {
    onLayer(seen: LayerSeen): void {
      fetched.set(seen.digest, seen.fetched);
      const now = performance.now();
      if (now - last < pause && seen.bytes !== seen.size) return;
      last = now;
      const of = seen.size === undefined ? "" : ` of ${bytesText(seen.size)}`;
      say(`layer ${seen.number} of ${seen.of}: ${bytesText(seen.bytes)}${of}, ${rate(now)}`);
    },
    summary: () => `${bytesText(total())} fetched, ${rate(performance.now())}`,
  };
}
