import { describe, expect, it } from "vitest";
import type { PackageNeed } from "../../../src/lab/finding.ts";
import { installCommands, type PackageManager } from "../../../src/preflight/install.ts";
import { pretty } from "../../../src/tools/exec.ts";

const table: readonly [PackageManager, readonly PackageNeed[], boolean, readonly string[]][] = [
  [
    "apt-get",
    ["vagrant", "ansible"],
    true,
    ["apt-get update", "apt-get install --yes --no-install-recommends vagrant ansible"],
  ],
  [
    "apt-get",
    ["ssh"],
    false,
    ["sudo apt-get update", "sudo apt-get install --yes --no-install-recommends openssh-client"],
  ],
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
  [
    "apt-get",
    ["ansible", "ansible"],
    true,
    ["apt-get update", "apt-get install --yes --no-install-recommends ansible"],
  ],
  [
    "apt-get",
    ["box", "vagrant"],
    true,
    [
      "apt-get update",
      "apt-get install --yes --no-install-recommends mmdebstrap apt util-linux coreutils e2fsprogs qemu-utils vagrant docker.io",
    ],
  ],
  // Boxes are built of Debian's packages, on Debian.
  ["dnf", ["box"], true, []],
  ["apt-get", [], true, []],
];

describe("installCommands", () => {
  it.each(table)("%s for %j, root: %s", (manager, needs, root, commands) => {
    expect(installCommands(needs, manager, root).map(pretty)).toEqual(commands);
  });
});
