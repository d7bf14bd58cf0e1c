import { performance } from "node:perf_hooks";
import { exitCodes, LabError } from "../errors.ts";
import { machineImages } from "../lab/machine-needs.ts";
import type { Lab } from "../lab/model.ts";
import type { Found, LayerSeen } from "../registry/fetch.ts";
import type { KeptImage } from "../registry/layout.ts";
import { rateLimitText } from "../registry/rate-limit.ts";
import type { Session, WantedImage } from "../registry/session.ts";
import { bytesText } from "../ui/bytes.ts";
import { line, type Task } from "../ui/tasks.ts";
import type { Context } from "./context.ts";

export function waiting(context: Context): void {
  context.note("Another mesos-lab is fetching images: waiting for it");
}

/** Every image of a lab, with the digest that the lock holds it to. */
export function wantedImages(lab: Lab): readonly WantedImage[] {
  const all = new Set(lab.machines.flatMap((machine) => machineImages(lab, machine)));
  return [...all].map((reference) => ({ reference, locked: lab.digests?.[reference] }));
}

interface Fetching {
  readonly tasks: Task[];
  /** Filled as the tasks end, in their order. */
  readonly images: KeptImage[];
  /** Why an image could not be had, by reference; without `onFailure` there is none. */
  readonly failures: Map<string, LabError>;
}

/**
 * One line that looks for all images and tells the limits, then one for each.
 * @param onFailure `go on`: what cannot be had is noted, for somebody else may have it.
 */
export function fetchTasks(
  wanted: readonly WantedImage[],
  session: Session,
  context: Pick<Context, "emit" | "display" | "note">,
  onFailure: "stop" | "go on" = "stop",
): Fetching {
  const { emit, display, note } = context;
  const found = new Map<string, Found>();
  const images: KeptImage[] = [];
  const failures = new Map<string, LabError>();
  const attempt = async <T>(reference: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof LabError && error.exitCode !== exitCodes.interrupted;
      if (onFailure === "stop" || !passing) throw error;
      failures.set(reference, error);
      return undefined;
    }
  };
  const look = line(
    { step: "images", title: `Look for ${wanted.length} images`, emit, display },
    async (say) => {
      for (const each of wanted) {
        say(each.reference);
        const seen = await attempt(each.reference, () => session.find(each, say));
        if (seen !== undefined) found.set(each.reference, seen);
      }
      return told([...found.values()], failures.size, note);
    },
  );
  const fetches = wanted.map(({ reference }) =>
    line({ step: "images", part: reference, title: `Fetch ${reference}`, emit, display }, async (say) => {
      const seen = found.get(reference);
      if (seen === undefined) return failures.get(reference)?.message;
      if (seen.kept !== undefined) {
        images.push(seen.kept);
        return "in the cache";
      }
      const progress = layerProgress(say, display === "live" ? 1000 : 10_000);
      const image = await attempt(reference, () => session.fetch(seen, say, progress.onLayer));
      if (image === undefined) return failures.get(reference)?.message;
      images.push(image);
      return `${image.form}, ${image.layers.length} layers, ${progress.summary()}`;
    }),
  );
  return { tasks: [look, ...fetches], images, failures };
}

/** What is ahead, and whether the registries will bear it. */
function told(found: readonly Found[], failed: number, note: Context["note"]): string {
  const ahead = found.filter(({ kept }) => kept === undefined);
  const here = found.length - ahead.length;
  const limits = new Map(
    found.flatMap(({ limit, endpoint }) => (limit === undefined ? [] : [[endpoint.words, limit] as const])),
  );
  for (const [words, limit] of limits)
    if (limit.remaining < ahead.length)
      note(`${words}: ${rateLimitText(limit)} for this address, and ${ahead.length} images are wanted`);
  return [
    `${ahead.length} to fetch, ${here} in the cache`,
    ...(failed === 0 ? [] : [`${failed} not to be had`]),
    ...[...limits].map(([words, limit]) => `${words}: ${rateLimitText(limit)}`),
  ].join("; ");
}

/** Tells how far layers are, not more often than each `pauseMs` and at the end of each. */
function layerProgress(say: (text: string) => void, pauseMs: number) {
  const begin = performance.now();
  const fetched = new Map<string, number>();
  let last = begin;
  const total = () => [...fetched.values()].reduce((sum, bytes) => sum + bytes, 0);
  const rate = (now: number) => `${bytesText(total() / Math.max((now - begin) / 1000, 0.001))}/s`;
  return {
    onLayer(seen: LayerSeen): void {
      fetched.set(seen.digest, seen.fetched);
      const now = performance.now();
      if (now - last < pauseMs && seen.bytes !== seen.size) return;
      last = now;
      const of = seen.size === undefined ? "" : ` of ${bytesText(seen.size)}`;
      say(`layer ${seen.number} of ${seen.of}: ${bytesText(seen.bytes)}${of}, ${rate(now)}`);
    },
    summary: () => `${bytesText(total())} fetched, ${rate(performance.now())}`,
  };
}
