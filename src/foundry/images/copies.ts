import { cp, mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { exists, sha256File } from "../../tools/cache.ts";
import { insideTree, type Job, runStep } from "../debian/job.ts";
import { productionClosure } from "./closure.ts";

/** What the images take from this host rather than from packages. */
export interface HostParts {
  /** The folder that holds mesos-lab's package.json and dist. */
  readonly packageRoot: string;
  /** The Node program that the stand-ins run on. */
  readonly node: string;
}

/** What decides the content of a copied part. */
export async function copiedKey(parts: HostParts, part: "node" | "app"): Promise<unknown> {
  if (part === "node") return sha256File(parts.node);
  await requireStandIns(parts.packageRoot);
  const dist = join(parts.packageRoot, "dist");
  const files = (await readdir(dist, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const packages = await productionClosure(parts.packageRoot);
  const manifests = packages.map(({ from }) => join(from, "package.json"));
  const all = [...files.sort(), join(parts.packageRoot, "package.json"), ...manifests];
  return Promise.all(all.map(async (file) => [basename(file), await sha256File(file)]));
}

/** Gives the tree this host's Node, and makes sure that it runs there. */
export async function copyNode(job: Job, parts: HostParts, root: string): Promise<void> {
  await cp(parts.node, join(root, "usr/local/bin/node"));
  try {
    await runStep(job, insideTree(root, ["/usr/local/bin/node", "--version"]));
  } catch (cause) {
    if (job.signal?.aborted) throw cause;
    throw new LabError(`this host's Node (${parts.node}) does not run in the images`, {
      exitCode: exitCodes.preflight,
      details: cause instanceof LabError ? cause.details : [],
      remedy: [
        "run mesos-lab with Node's own build, which needs no more than the C and C++ libraries of Debian 12",
      ],
      cause,
    });
  }
}

/** Gives the tree the built program with the packages it needs, and nothing that only developers need. */
export async function copyApp(parts: HostParts, root: string): Promise<void> {
  const app = join(root, "opt/mesos-lab");
  await cp(join(parts.packageRoot, "dist"), join(app, "dist"), { recursive: true });
  await cp(join(parts.packageRoot, "package.json"), join(app, "package.json"));
  for (const { from, to } of await productionClosure(parts.packageRoot)) {
    await mkdir(dirname(join(app, to)), { recursive: true });
    await cp(from, join(app, to), {
      recursive: true,
      dereference: true,
      // Packages below a package come by themselves, so far as they are needed.
      filter: (path) =>
        path === from || !(/\.(map|d\.[cm]?ts|md)$/.test(path) || basename(path) === "node_modules"),
    });
  }
}

async function requireStandIns(packageRoot: string): Promise<void> {
  const entry = join(packageRoot, "dist/rehearsal/main.js");
  if (await exists(entry)) return;
  throw new LabError(`the stand-ins are not built: there is no ${entry}`, {
    exitCode: exitCodes.preflight,
    remedy: [`npm run build, in ${packageRoot}`],
  });
}
