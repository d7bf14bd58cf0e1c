import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { noNetwork, openHealthyNetwork } from "./lab-network.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The built `cli.js`. */
    cli: string;
    /** The words before a program that make it run beside a lab that works; none where that cannot be had. */
    besideHealthyLab: readonly string[];
  }
}

const root = new URL("../..", import.meta.url).pathname;

/** Makes once for a whole run of the tests what is slow to make: the built tool, and a network with a lab in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-built-"));
  const [network] = await Promise.all([
    noNetwork === undefined ? openHealthyNetwork() : undefined,
    Promise.resolve().then(() => build(folder)),
  ]);
  project.provide("cli", join(folder, "dist/cli.js"));
  project.provide("besideHealthyLab", network?.enter ?? []);
  return async () => {
    await network?.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Laid out like the package, in a folder of its own, so that nobody's `dist/` is touched. */
function build(folder: string): void {
  execFileSync(process.execPath, [join(root, "scripts/build/build.js"), join(folder, "dist")], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (const name of ["templates", "Vagrantfile.hbs", "package.json"])
    symlinkSync(join(root, name), join(folder, name));
}
