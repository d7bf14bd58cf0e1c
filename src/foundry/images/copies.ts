import { cp, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { LabError } from "../../errors.ts";
import { exists, sha256File } from "../../tools/cache.ts";
import { insideTree, type Job, runStep } from "../debian/job.ts";

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
  const all = [...files.sort(), join(parts.packageRoot, "package.json")];
  return Promise.all(all.map(async (file) => [basename(file), await sha256File(file)]));
}

/** Gives the tree this host's Node, and makes sure that it runs there. */
export async function copyNode(job: Job, parts: HostParts, root: string): Promise<void> {
  await cp(parts.node, join(root, "usr/local/bin/node"));
  try {
    await runStep(job, insideTree(root, ["/usr/local/bin/node", "--version"]));
  } catch (cause) {
    if (job.signal?.aborted) throw cause;
    throw new LabError(
      "node-does-not-fit-images",
      `this host's Node (${parts.node}) does not run in the images`,
      {
        details: cause instanceof LabError ? cause.details : [],
        remedy: [
          "run mesos-lab with Node's own build, which needs no more than the C and C++ libraries of Debian 12",
        ],
        cause,
      },
    );
  }
}

/** Gives the tree the built program, which needs no packages beside it. */
export async function copyApp(parts: HostParts, root: string): Promise<void> {
  const app = join(root, "opt/mesos-lab");
  await cp(join(parts.packageRoot, "dist"), join(app, "dist"), { recursive: true });
  await cp(join(parts.packageRoot, "package.json"), join(app, "package.json"));
}

async function requireStandIns(packageRoot: string): Promise<void> {
  const entry = join(packageRoot, "dist/rehearsal/main.js");
  if (await exists(entry)) return;
  throw new LabError("stand-ins-not-built", `the stand-ins are not built: there is no ${entry}`, {
    remedy: [`npm run build, in ${packageRoot}`],
  });
}
