import * as z from "zod";
import { checkSignatures } from "./signature.ts";
import type { Step } from "./v1-config.ts";

/**
 * Manifests of schema 1, which registries had until 2016: layers and, for each, what the engine of that time knew of the
 * image up to there. They tell neither sizes nor the checksums of the unpacked layers, and have no configuration.
 * What is checked and mended is what Docker's engine checks and mends: moby@v20.10.24 (distribution/pull_v2.go).
 */
export interface Schema1 {
  /** What the manifest's digest is over. */
  readonly payload: Buffer;
  readonly architecture: string;
  /** The names of the keys; none where nobody signed. */
  readonly signers: readonly string[];
  /** Bottom first. */
  readonly steps: readonly Step[];
  /** `sha256:…` of the packed layers, bottom first: one for each step that is not empty. */
  readonly layers: readonly string[];
}

const manifest = z.object({
  schemaVersion: z.literal(1),
  architecture: z.string().default("amd64"),
  fsLayers: z.array(z.object({ blobSum: z.string().regex(/^sha256:[0-9a-f]{64}$/) })).min(1),
  history: z.array(z.object({ v1Compatibility: z.string() })).min(1),
});

const step = z.looseObject({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  parent: z.string().optional(),
  throwaway: z.boolean().optional(),
});

/** @throws Error that says what is wrong with it. */
export function readSchema1(text: Buffer): Schema1 {
  const { payload, signers } = checkSignatures(text);
  // What was signed counts: beside it a text may say anything.
  const { architecture, fsLayers, history } = manifest.parse(JSON.parse(payload.toString()));
  if (fsLayers.length !== history.length)
    throw new Error(`it has ${fsLayers.length} layers and a history of ${history.length}`);
  const all = history.map(({ v1Compatibility: v1 }, index) => ({
    v1,
    ...step.parse(JSON.parse(v1)),
    layer: (fsLayers[index] as { blobSum: string }).blobSum,
  }));
  all.reverse();
  // Some builders wrote a step several times in a row: the lowest counts.
  const chain = all.filter(({ id }, index) => id !== all[index - 1]?.id);
  const ids = new Set(chain.map(({ id }) => id));
  if (ids.size !== chain.length) throw new Error("a step of its history is there twice");
  for (const [index, { id, parent }] of chain.entries()) {
    const below = chain[index - 1]?.id;
    if ((parent || undefined) !== below)
      throw new Error(
        `step ${id} is said to lie on ${parent || "nothing"}, and lies on ${below ?? "nothing"}`,
      );
  }
  const steps = chain.map(({ v1, throwaway = false }) => ({ v1, empty: throwaway }));
  const layers = chain.filter(({ throwaway }) => throwaway !== true).map(({ layer }) => layer);
  return { payload, architecture, signers, steps, layers };
}
