import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildTool } from "./built-tool.ts";
import { noNetwork, openHealthyNetwork } from "./lab-network.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The built `cli.js`. */
    cli: string;
    /** The words before a program that make it run beside a lab that works; none where that cannot be had. */
    besideHealthyLab: readonly string[];
  }
}

/** Makes once for a whole run of the tests what is slow to make: the built tool, and a network with a lab in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-built-"));
  const opening = noNetwork === undefined ? openHealthyNetwork() : undefined;
  project.provide("cli", buildTool(folder));
  const network = await opening;
  project.provide("besideHealthyLab", network?.enter ?? []);
  return async () => {
    await network?.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
