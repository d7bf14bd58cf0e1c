import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { exists } from "../../tools/cache.ts";

/** A package that the program needs at run time: where it lies, and where it goes below the program's folder. */
export interface InstalledPackage {
  readonly from: string;
  readonly to: string;
}

interface PackageJson {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/**
 * The production dependencies of the package in `root`, found the way Node finds them: a development checkout and
 * an `npx` install (where they lie beside the package) give the same answer.
 */
export async function productionClosure(root: string): Promise<InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>();
  const visit = async (dir: string, to: string) => {
    const manifest = await readManifest(dir);
    const optional = new Set(Object.keys(manifest.optionalDependencies ?? {}));
    for (const name of [...Object.keys(manifest.dependencies ?? {}), ...optional]) {
      const from = await resolve(dir, name);
      if (from === undefined) {
        if (optional.has(name)) continue;
        throw new LabError(`the package ${name} is not installed beside mesos-lab`, {
          exitCode: exitCodes.preflight,
          remedy: [`npm install, in ${root}`],
        });
      }
      // Inside the depending package's own node_modules it stays there; else it goes to the top.
      const nested = dirnameOf(from, name) === join(dir, "node_modules") && to !== "";
      const target = join(nested ? to : "", "node_modules", name);
      if (found.has(from)) continue;
      found.set(from, { from, to: target });
      await visit(from, target);
    }
  };
  await visit(root, "");
  return [...found.values()].sort((a, b) => (a.to < b.to ? -1 : 1));
}

async function resolve(from: string, name: string): Promise<string | undefined> {
  for (let dir = from; ; dir = dirname(dir)) {
    const candidate = join(dir, "node_modules", name);
    if (await exists(join(candidate, "package.json"))) return candidate;
    if (dir === dirname(dir)) return undefined;
  }
}

/** The node_modules folder that holds a package; a scoped name (`@a/b`) is two folders deep. */
function dirnameOf(path: string, name: string): string {
  return name.includes("/") ? dirname(dirname(path)) : dirname(path);
}

async function readManifest(dir: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as PackageJson;
}
