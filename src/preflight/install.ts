import type { PackageNeed } from "../lab/finding.ts";
import { aptInstall, boxPrograms } from "../tools/build-programs.ts";
import type { Command } from "../tools/exec.ts";

export type PackageManager = "apt-get" | "dnf" | "brew" | "choco" | "winget";

type Names = Readonly<Partial<Record<PackageNeed, readonly string[]>>>;

/** The packages that satisfy a need. A need without names has no package there that is fit for this. */
const packages: Readonly<Record<PackageManager, Names>> = {
  "apt-get": {
    vagrant: ["vagrant"],
    // Not ansible-core: the collection community.docker comes with this one.
    ansible: ["ansible"],
    ssh: ["openssh-client"],
    libvirt: ["vagrant-libvirt", "libvirt-daemon-system", "qemu-system-x86", "qemu-utils", "dnsmasq-base"],
    // Building one is tried on Debian only.
    box: Object.values(boxPrograms),
  },
  dnf: {
    vagrant: ["vagrant"],
    ansible: ["ansible"],
    ssh: ["openssh-clients"],
    libvirt: ["vagrant-libvirt", "libvirt-daemon-kvm"],
  },
  brew: { vagrant: ["vagrant"], ansible: ["ansible"], ssh: ["openssh"], virtualbox: ["virtualbox"] },
  choco: { vagrant: ["vagrant"], virtualbox: ["virtualbox"] },
  winget: { vagrant: ["Hashicorp.Vagrant"], virtualbox: ["Oracle.VirtualBox"] },
};

/** Casks of Homebrew, which are installed by themselves. */
const casks = new Set(["vagrant", "virtualbox"]);

/** What installs `needs`: nothing where the package manager has none of them. `root`: whether this is root. */
export function installCommands(
  needs: readonly PackageNeed[],
  manager: PackageManager,
  root: boolean,
): readonly Command[] {
  const names = [...new Set(needs.flatMap((need) => packages[manager][need] ?? []))];
  if (names.length === 0) return [];
  const sudo = (file: string, ...args: string[]): Command =>
    root ? { file, args } : { file: "sudo", args: [file, ...args] };
  if (manager === "apt-get") return [sudo("apt-get", "update"), sudo(...aptInstall, ...names)];
  if (manager === "dnf") return [sudo("dnf", "install", "--assumeyes", ...names)];
  if (manager === "choco") return [{ file: "choco", args: ["install", "--yes", ...names] }];
  if (manager === "winget")
    return names.map((name) => ({ file: "winget", args: ["install", "--exact", "--id", name] }));
  const groups = [
    { args: ["install"], names: names.filter((name) => !casks.has(name)) },
    { args: ["install", "--cask"], names: names.filter((name) => casks.has(name)) },
  ];
  return groups
    .filter((group) => group.names.length > 0)
    .map((group) => ({ file: "brew", args: [...group.args, ...group.names] }));
}

/** Whether this tool runs the manager itself: Windows asks for rights in a window, so there it only says how. */
export function runsItself(manager: PackageManager): boolean {
  return manager !== "choco" && manager !== "winget";
}
