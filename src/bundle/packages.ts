import { boxPackages } from "../foundry/box/recipe.ts";
import { discoveryOf } from "../lab/discovery.ts";
import type { Lab } from "../lab/model.ts";

const helpers = ["python3-requests", "libapparmor1", "apparmor"];

/** What the playbooks of a lab install on its machines, where it is not there. */
export function playbookPackages(lab: Lab): readonly string[] {
  const engine =
    lab.stack === "classic"
      ? ["docker-ce", "docker-ce-cli", "containerd.io", "ca-certificates", ...helpers]
      : ["docker.io", ...helpers];
  return discoveryOf(lab).includes("haproxy-marathon-bridge") ? [...engine, "haproxy", "curl"] : engine;
}

/** Whether the box that `box build` makes has all of them, so that none is ever installed. */
export function areInBuiltBox(packages: readonly string[]): boolean {
  return packages.every((name) => boxPackages.includes(name));
}

/** The index by which apt knows packages that lie in one folder. */
export function packageIndex(
  packages: readonly {
    readonly name: string;
    readonly control: string;
    readonly sha256: string;
    readonly size: number;
  }[],
): string {
  return packages
    .map(
      ({ name, control, sha256, size }) =>
        `${control}\nFilename: ./${name}\nSize: ${size}\nSHA256: ${sha256}\n`,
    )
    .join("\n");
}
