import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { contentKey, makeOnce, sha256File, withStaging } from "../../tools/cache.ts";
import { installPackages } from "../debian/apt.ts";
import { insideTree, type Job, type Release, runStep } from "../debian/job.ts";
import { bootstrap, unpackTree, writeTree } from "../debian/tree.ts";
import { type TreeFile, treeFiles } from "../debian/tree-files.ts";
import type { Layer } from "./archive.ts";
import { changedPaths, packPaths, snapshot } from "./changes.ts";
import { copiedKey, copyApp, copyNode, type HostParts } from "./copies.ts";
import { type LayerName, layers, recipeVersion } from "./recipe.ts";

/** Everything outside the recipe that decides what a layer holds. */
export interface LayerInputs extends HostParts {
  readonly release: Release;
  readonly architecture: string;
}

/**
 * Makes a layer, and those below it, unless they are in the cache.
 * Why not an engine's `docker build`: a layer is a tar of changed files, and inode times name those. So there is no
 * daemon to need and to end, no mount that outlives an interrupted build, and each layer is cached by its own inputs.
 */
export async function buildLayer(job: Job, inputs: LayerInputs, name: LayerName): Promise<Layer> {
  const recipe = layers[name];
  const below = await stackBelow(job, inputs, name);
  const file = join(job.cacheDir, "layers", `${name}-${await layerKey(inputs, name)}.tar`);
  await makeOnce(file, (temporary) =>
    withStaging(job.cacheDir, async (dir) => {
      job.onProgress?.(`building the layer ${name}`);
      const root = join(dir, "root");
      await mkdir(root);
      for (const layer of below) await unpackTree(job, layer.file, root);
      const before = await snapshot(root);
      const files = filesOf(name);
      if (recipe.on === undefined) await bootstrap(job, inputs.release, root, files);
      if (recipe.packages !== undefined)
        await installPackages(job, inputs.release, root, recipe.packages, `the layer ${name}`);
      await writeTree(root, files);
      if (recipe.copies === "node") await copyNode(job, inputs, root);
      if (recipe.copies === "app") await copyApp(inputs, root);
      for (const argv of recipe.run ?? []) await runStep(job, insideTree(root, argv));
      await packPaths(job, root, changedPaths(before, await snapshot(root)), temporary);
    }),
  );
  return { name, file, digest: await sha256File(file) };
}

function filesOf(name: LayerName): readonly TreeFile[] {
  return treeFiles(`images/${name}`);
}

/** The layers under this one, bottom first. */
async function stackBelow(job: Job, inputs: LayerInputs, name: LayerName): Promise<Layer[]> {
  const { on } = layers[name];
  return on === undefined ? [] : [...(await stackBelow(job, inputs, on)), await buildLayer(job, inputs, on)];
}

async function layerKey(inputs: LayerInputs, name: LayerName): Promise<string> {
  const recipe = layers[name];
  const ground =
    recipe.on === undefined ? [inputs.release, inputs.architecture] : await layerKey(inputs, recipe.on);
  return contentKey([
    recipeVersion,
    recipe,
    filesOf(name),
    ground,
    recipe.copies && (await copiedKey(inputs, recipe.copies)),
  ]);
}
