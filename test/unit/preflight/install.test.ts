import { describe, expect, it } from "vitest";
import type { PackageNeed } from "../../../src/lab/finding.ts";
import { installCommands, type PackageManager } from "../../../src/preflight/install.ts";
import { pretty } from "../../../src/tools/exec.ts";

const table: readonly [PackageManager, readonly PackageNeed[], boolean, readonly string[]][] = [
  ["apt-get", ["vagrant", "ansible"], true, ["apt-get update", "apt-get install --yes vagrant ansible"]],
  ["apt-get", ["ssh"], false, ["sudo apt-get update", "sudo apt-get install --yes openssh-client"]],
  // Debian has no VirtualBox: nothing is better than a package that is not there.
  ["apt-get", ["virtualbox"], true, []],
  ["dnf", ["libvirt"], false, ["sudo dnf install --assumeyes vagrant-libvirt libvirt-daemon-kvm"]],
  [
    "brew",
    ["ansible", "vagrant", "virtualbox"],
    false,
    ["brew install ansible", "brew install --cask vagrant virtualbox"],
  ],
  ["choco", ["vagrant", "ansible"], false, ["choco install --yes vagrant"]],
  ["winget", ["vagrant"], false, ["winget install --exact --id Hashicorp.Vagrant"]],
  ["apt-get", ["ansible", "ansible"], true, ["apt-get update", "apt-get install --yes ansible"]],
  ["apt-get", [], true, []],
];

describe("installCommands", () => {
  it.each(table)("%s for %j, root: %s", (manager, needs, root, commands) => {
    expect(installCommands(needs, manager, root).map(pretty)).toEqual(commands);
  });
});
