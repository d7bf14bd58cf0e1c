import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openTransfers } from "../../../src/probes/http.ts";
import { type FetchJob, fetchImage, findImage } from "../../../src/registry/fetch.ts";
import type { KeptImage } from "../../../src/registry/layout.ts";
import { packImages } from "../../../src/registry/pack.ts";
import { parseReference } from "../../../src/registry/reference.ts";
import { prepareStore, registryStore } from "../../../src/registry/store.ts";
import { type Behaviour, TestRegistry } from "./server.ts";

/** A registry of the tests, gone when the test ends. */
export async function openRegistry(behaviour: Behaviour = {}): Promise<TestRegistry> {
  const registry = await TestRegistry.start(behaviour);
  onTestFinished(() => registry.close());
  return registry;
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-registry-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A host that fetches: with a cache of its own, by the tool's own code. */
export async function openHost(mirror: string, settings: Partial<FetchJob> = {}) {
  const transfers = openTransfers();
  onTestFinished(() => transfers.close());
  const store = registryStore(emptyFolder());
  await prepareStore(store);
  const said: string[] = [];
  const job: FetchJob = {
    store,
    transfers,
    mirror,
    architecture: "amd64",
    signal: new AbortController().signal,
    credentials: async () => ({}),
    say: (text) => said.push(text),
    onLayer: () => undefined,
    ...settings,
  };
  return {
    job,
    said,
    /** @param locked the digest that the image has to have. */
    fetch: async (reference: string, locked?: string): Promise<KeptImage> =>
      fetchImage(await findImage(parseReference(reference), locked, job), job),
    /** An archive of images, in a folder that is gone when the test ends. */
    pack: async (...images: readonly KeptImage[]): Promise<string> => {
      const file = join(emptyFolder(), "images.tar");
      await packImages(store, images, file, { signal: job.signal });
      return file;
    },
  };
}
