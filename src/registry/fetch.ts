import * as z from "zod";
import { LabError } from "../errors.ts";
import type { ClientOptions } from "./authority.ts";
import { type FetchedManifest, openRepository, type RepositoryClient } from "./client.ts";
import { type HadLayer, haveLayer, type WantedLayer } from "./download.ts";
import { type Endpoint, endpointOf } from "./endpoint.ts";
import { descriptorOf, digestOf, type KeptImage, ociManifest } from "./layout.ts";
import { type Architecture, chooseFromList, readImageConfig, readImageManifest } from "./manifest.ts";
import { manifestForm, mediaTypes } from "./media-types.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { Reference } from "./reference.ts";
import { readSchema1 } from "./schema1.ts";
import { isOf, keepImage, keptImages, readBlob, type Store, writeBlob } from "./store.ts";
import { configFromHistory } from "./v1-config.ts";

/** What one run of fetching shares. */
export interface FetchJob extends ClientOptions {
  readonly store: Store;
  readonly architecture: Architecture;
  /** A mirror or pull-through cache of Docker Hub. */
  readonly mirror?: string | undefined;
  onLayer(seen: LayerSeen): void;
}

/** How far a layer of an image is. */
export interface LayerSeen {
  readonly digest: string;
  /** 1 is the lowest. */
  readonly number: number;
  readonly of: number;
  /** Of it are here. */
  readonly bytes: number;
  /** Of these since this run began. */
  readonly fetched: number;
  readonly size?: number;
}

/** An image that was looked for: what a registry says of it, and what is here. */
export interface Found {
  readonly reference: Reference;
  readonly client: RepositoryClient;
  readonly endpoint: Endpoint;
  /** Of what the registry has now, or of what was asked for. */
  readonly digest?: string;
  readonly limit?: RateLimit;
  /** There where nothing has to be fetched. */
  readonly kept?: KeptImage;
}

/** At the same time; as many as Docker fetches. */
const layersAtOnce = 3;

/**
 * Looks for an image at its registry, without fetching anything that counts.
 * @param locked the digest that it has to have; without one the registry's tag decides.
 */
export async function findImage(
  reference: Reference,
  locked: string | undefined,
  job: FetchJob,
): Promise<Found> {
  const endpoint = endpointOf(reference, job.mirror);
  const client = openRepository(endpoint, job);
  const here = (await keptImages(job.store)).find((image) => isOf(image, reference.text, job.architecture));
  const pinned = reference.digest ?? locked;
  if (pinned !== undefined && here?.fetched === pinned)
    return { reference, client, endpoint, digest: pinned, kept: here };
  const seen = await client.look(pinned ?? (reference.tag as string));
  const digest = pinned ?? seen?.digest;
  return {
    reference,
    client,
    endpoint,
    ...(digest !== undefined && { digest }),
    ...(seen?.limit && { limit: seen.limit }),
    ...(here !== undefined && here.fetched === digest && { kept: here }),
  };
}

/**
 * Fetches what is missing of an image, checks all of it, and turns it into the form that every engine takes.
 * @throws LabError `tool` in words; what has arrived by then stays, and is not fetched again.
 */
export async function fetchImage(found: Found, job: FetchJob): Promise<KeptImage> {
  if (found.kept !== undefined) return found.kept;
  const { reference, client, digest } = found;
  const wrong = (why: string) =>
    new LabError("image-unusable", `${reference.text} from ${found.endpoint.words} cannot be used: ${why}`);
  const first = await manifestOf(client, digest, digest ?? (reference.tag as string), job, wrong);
  let { text, value, form, digest: own } = first;
  if (form === "list") {
    const chosen = understand(wrong, () => chooseFromList(value, job.architecture)).digest;
    ({ text, value, form, digest: own } = await manifestOf(client, chosen, chosen, job, wrong));
    if (form === "list") throw wrong("a list in a list is no image");
  }
  const made =
    form === "schema 1"
      ? await fromSchema1(text, client, job, wrong)
      : await fromManifest({ text, value, own, form }, client, job, wrong);
  if (made.architecture !== job.architecture)
    throw wrong(`it is for ${made.architecture}, and the machines of this host are ${job.architecture}`);
  return keepImage(job.store, { ...made, reference: reference.text, fetched: first.digest, form });
}

type Wrong = (why: string) => LabError;
type Made = Pick<KeptImage, "manifest" | "config" | "layers" | "architecture">;

/** A manifest, from here where it is here; checked against the digest where that is known. */
async function manifestOf(
  client: RepositoryClient,
  digest: string | undefined,
  name: string,
  { store }: FetchJob,
  wrong: Wrong,
) {
  const here = digest === undefined ? undefined : await readBlob(store, digest);
  const fetched: FetchedManifest = here === undefined ? await client.manifest(name) : { text: here };
  const value: unknown = understand(wrong, () => JSON.parse(fetched.text.toString()));
  const form = manifestForm(value, fetched.contentType);
  if (form === undefined) throw wrong("what its registry gives is no manifest of an image");
  // Of a signed text the digest is over what was signed.
  const text =
    form === "schema 1" ? understand(wrong, () => readSchema1(fetched.text).payload) : fetched.text;
  const found = digestOf(text);
  if (digest !== undefined && found !== digest)
    throw wrong(`its manifest is ${found}, and should be ${digest}`);
  await writeBlob(store, text);
  return { text, value, form, digest: found };
}

async function fromSchema1(
  text: Buffer,
  client: RepositoryClient,
  job: FetchJob,
  wrong: Wrong,
): Promise<Made> {
  const { architecture, steps, layers } = understand(wrong, () => readSchema1(text));
  if (architecture !== job.architecture)
    throw wrong(`it is for ${architecture}, and the machines of this host are ${job.architecture}`);
  const had = await haveLayers(
    layers.map((digest) => ({ digest })),
    client,
    job,
  );
  const config = understand(wrong, () =>
    configFromHistory(
      steps,
      had.map(({ diffId }) => diffId),
    ),
  );
  const image = {
    config: descriptorOf(mediaTypes.ociConfig, config),
    layers: had.map(({ digest, size }) => ({ mediaType: mediaTypes.ociLayerGzip, digest, size })),
  };
  const manifest = ociManifest(image);
  await writeBlob(job.store, config);
  await writeBlob(job.store, manifest);
  return { ...image, manifest: descriptorOf(mediaTypes.ociManifest, manifest), architecture };
}

/** The image as it is: its manifest and configuration go into archives unchanged. */
async function fromManifest(
  { text, value, own, form }: { text: Buffer; value: unknown; own: string; form: "schema 2" | "OCI" },
  client: RepositoryClient,
  job: FetchJob,
  wrong: Wrong,
): Promise<Made> {
  const { config, layers } = understand(wrong, () => readImageManifest(value));
  const configText = (await readBlob(job.store, config.digest)) ?? (await client.config(config.digest));
  const { architecture, os, diffIds } = understand(wrong, () => readImageConfig(configText));
  if (digestOf(configText) !== config.digest) throw wrong("its configuration is not what its digest says");
  if (os !== "linux") throw wrong(`it is for ${os}`);
  await writeBlob(job.store, configText);
  const had = await haveLayers(layers, client, job);
  const other = had.findIndex(({ diffId }, index) => diffId !== diffIds[index]);
  if (other >= 0 || had.length !== diffIds.length)
    throw wrong(`layer ${other + 1} of ${had.length} is not the one of its configuration`);
  const mediaType = form === "OCI" ? mediaTypes.ociManifest : mediaTypes.schema2;
  return { manifest: { mediaType, digest: own, size: text.length }, config, layers, architecture };
}

/** Some at a time, bottom first; the first that fails ends all. */
async function haveLayers(
  layers: readonly WantedLayer[],
  client: RepositoryClient,
  job: FetchJob,
): Promise<readonly HadLayer[]> {
  const failing = new AbortController();
  const signal = AbortSignal.any([job.signal, failing.signal]);
  const had = new Map<string, HadLayer>();
  const waiting = [
    ...new Map(layers.map((layer, index) => [layer.digest, { layer, number: index + 1 }])).values(),
  ];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { layer, number } = next;
      const { digest } = layer;
      const tell = (seen: { bytes: number; fetched: number; size?: number }) =>
        job.onLayer({ digest, number, of: layers.length, ...seen });
      had.set(digest, await haveLayer(job.store, client, layer, tell, signal));
    }
  };
  const all = Array.from({ length: layersAtOnce }, () =>
    work().catch((error: unknown) => {
      waiting.length = 0;
      failing.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(all);
  job.signal.throwIfAborted();
  // The first failure is the cause; the others were ended by it.
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((each) => each instanceof LabError) ?? failures[0];
  return layers.map(({ digest }) => had.get(digest) as HadLayer);
}

function understand<T>(wrong: Wrong, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw wrong(reasonOf(error));
  }
}

/** What is wrong with a text, for people who have not written it. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return "its text is no JSON";
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "it"}: ${issue?.message}`;
}
