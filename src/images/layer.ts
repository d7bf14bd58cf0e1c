import { cp, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  bootstrap,
  insideTree,
  installPackages,
  type Job,
  type Release,
  runStep,
  unpackTree,
  writeTree,
} from "../debian/tree.ts";
import { exitCodes, LabError } from "../errors.ts";
import { contentKey, exists, makeOnce, sha256File, withStaging } from "../tools/cache.ts";
import type { Layer } from "./archive.ts";
import { productionClosure } from "./closure.ts";
import { type LayerName, layers, recipeVersion } from "./recipe.ts";

/** Everything outside the recipe that decides what a layer holds. */
export interface LayerInputs {
  readonly release: Release;
  readonly architecture: string;
  /** The folder that holds mesos-lab's package.json and dist. */
  readonly packageRoot: string;
  /** The Node program that the stand-ins run on. */
  readonly node: string;
}

/** The file that a layer is cached in; its name holds everything that goes into it. */
export async function layerFile(job: Job, inputs: LayerInputs, name: LayerName): Promise<string> {
  return join(job.cacheDir, "layers", `${name}-${await layerKey(inputs, name)}.tar`);
}

async function layerKey(inputs: LayerInputs, name: LayerName): Promise<string> {
  const recipe = layers[name];
  return contentKey([
    recipeVersion,
    recipe,
    recipe.on === undefined ? [inputs.release, inputs.architecture] : await layerKey(inputs, recipe.on),
    recipe.copies === undefined ? "" : await copiedKey(inputs, recipe.copies),
  ]);
}

async function copiedKey(inputs: LayerInputs, copies: "node" | "app"): Promise<unknown> {
  if (copies === "node") return sha256File(inputs.node);
  const { packageRoot } = inputs;
  const packages = await productionClosure(packageRoot);
  return [
    await treeKey(join(packageRoot, "dist")),
    await sha256File(join(packageRoot, "package.json")),
    await Promise.all(
      packages.map(async ({ from, to }) => [to, await sha256File(join(from, "package.json"))]),
    ),
  ];
}

async function treeKey(dir: string): Promise<unknown> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => [file.slice(dir.length), await sha256File(file)]));
}

/** Makes a layer, and those below it, unless they are in the cache. */
export async function buildLayer(job: Job, inputs: LayerInputs, name: LayerName): Promise<Layer> {
  const recipe = layers[name];
  const below = await chain(job, inputs, name);
  const file = await layerFile(job, inputs, name);
  await makeOnce(file, (temporary) =>
    withStaging(job.cacheDir, async (dir) => {
      job.onProgress?.(`building the layer ${name}`);
      const root = join(dir, "root");
      await mkdir(root);
      for (const layer of below) await unpackTree(job, layer, root);
      const before = join(dir, "before");
      await snapshot(job, root, before);
      if (recipe.on === undefined) await bootstrap(job, inputs.release, root);
      if (recipe.packages !== undefined) await installPackages(job, inputs.release, root, recipe.packages);
      await writeTree(root, recipe.files ?? []);
      if (recipe.copies === "node") await copyNode(job, inputs, root);
      if (recipe.copies === "app") await copyApp(inputs, root);
      if (recipe.script !== undefined)
        await runStep(job, insideTree(root, job.cacheDir, ["sh", "-euc", recipe.script]));
      await packChanges(job, root, before, temporary);
    }),
  );
  return { name, file, digest: await sha256File(file) };
}

async function chain(job: Job, inputs: LayerInputs, name: LayerName): Promise<string[]> {
  const { on } = layers[name];
  if (on === undefined) return [];
  const layer = await buildLayer(job, inputs, on);
  return [...(await chain(job, inputs, on)), layer.file];
}

/** Notes which files a tree has, and the time: whatever is changed later has a younger inode. */
async function snapshot(job: Job, root: string, to: string): Promise<void> {
  await runStep(job, {
    file: "sh",
    args: [
      "-euc",
      'sleep 0.05; (cd "$1"; find . -print | LC_ALL=C sort) >"$2"; touch "$2"; sleep 0.05',
      "sh",
      root,
      to,
    ],
  });
}

/** State of the build that no image should carry. */
const leftOut = [
  "./dev/*",
  "./proc/*",
  "./sys/*",
  "./run/*",
  "./tmp/*",
  "./var/cache/apt/*",
  "./var/cache/debconf/*-old",
  "./var/lib/apt/lists/*",
  "./var/lib/dpkg/*-old",
  "./var/log/*",
  "./var/cache/ldconfig/*",
];

/**
 * Packs what was added or changed since the snapshot.
 * Why not an engine's `docker build`: a layer is a tar of changed files, and the inode times name those; no daemon, no
 * mounts that outlive an interrupted build, and layers that cache by their inputs rather than by the line above.
 */
async function packChanges(job: Job, root: string, before: string, to: string): Promise<void> {
  const skip = leftOut.flatMap((pattern) => ["!", "-path", pattern]);
  await runStep(job, {
    file: "sh",
    args: [
      "-euc",
      [
        'root=$1 before=$2 to=$3; shift 3; cd "$root"',
        'find . -print | LC_ALL=C sort >"$before.after"',
        // A file that was removed would need a mark of its own in the layer.
        'LC_ALL=C comm -23 "$before" "$before.after" >"$before.gone"',
        'if [ -s "$before.gone" ]; then echo "removed by this layer:" >&2; cat "$before.gone" >&2; exit 1; fi',
        // The time that decides is the inode's: dpkg sets the file's own time to the package's.
        'find . -xdev -cnewer "$before" "$@" -print0 | LC_ALL=C sort -z >"$before.list"',
        'tar --format=gnu --numeric-owner --no-recursion --null -T "$before.list" -cf "$to"',
      ].join("\n"),
      "sh",
      root,
      before,
      to,
      ...skip,
    ],
  });
}

async function copyNode(job: Job, inputs: LayerInputs, root: string): Promise<void> {
  await cp(inputs.node, join(root, "usr/local/bin/node"));
  const inside = insideTree(root, job.cacheDir, ["/usr/local/bin/node", "--version"]);
  try {
    await runStep(job, inside);
  } catch (cause) {
    if (job.signal?.aborted) throw cause;
    throw new LabError(`this host's Node (${inputs.node}) does not run in the images`, {
      exitCode: exitCodes.preflight,
      details: cause instanceof LabError ? cause.details : [],
      remedy: [
        "run mesos-lab with a Node of nodejs.org or NodeSource, which brings most of its libraries along",
      ],
      cause,
    });
  }
}

async function copyApp(inputs: LayerInputs, root: string): Promise<void> {
  const { packageRoot } = inputs;
  const app = join(root, "opt/mesos-lab");
  const entry = join(packageRoot, "dist/rehearsal/main.js");
  if (!(await exists(entry)))
    throw new LabError(`the stand-ins are not built: there is no ${entry}`, {
      exitCode: exitCodes.preflight,
      remedy: [`npm run build, in ${packageRoot}`],
    });
  await cp(join(packageRoot, "dist"), join(app, "dist"), { recursive: true });
  await cp(join(packageRoot, "package.json"), join(app, "package.json"));
  for (const { from, to } of await productionClosure(packageRoot)) {
    await mkdir(dirname(join(app, to)), { recursive: true });
    await cp(from, join(app, to), {
      recursive: true,
      dereference: true,
      // Types and maps are for people who write programs; nested packages have entries of their own.
      filter: async (path) =>
        path === from ||
        !(
          /\.(map|d\.[cm]?ts|md)$/.test(path) ||
          (path.endsWith("node_modules") && (await lstat(path)).isDirectory())
        ),
    });
  }
  await writeFile(join(app, "STACK"), "rehearsal\n");
}
