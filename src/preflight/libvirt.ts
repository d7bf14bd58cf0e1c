import type { Problem } from "./problem.ts";
import { outputOf } from "./programs.ts";

/** Why libvirt cannot run machines; empty when it can. */
export async function libvirtProblems(signal: AbortSignal): Promise<readonly Problem[]> {
  const vagrant = { file: "vagrant", args: ["plugin", "list"], env: { VAGRANT_CHECKPOINT_DISABLE: "1" } };
  const [plugins, answer] = await Promise.all([
    outputOf(vagrant, signal),
    outputOf({ file: "virsh", args: ["--connect", "qemu:///system", "version"] }, signal),
  ]);
  const problems: Problem[] = [];
  // A Vagrant that says nothing is a problem of its own, which others tell.
  if (plugins !== undefined && !plugins.includes("vagrant-libvirt"))
    problems.push({
      what: "Vagrant has no plugin vagrant-libvirt",
      remedy: "install it: `apt-get install vagrant-libvirt` or `vagrant plugin install vagrant-libvirt`",
    });
  if (answer === undefined)
    problems.push({
      what: "libvirt does not answer at qemu:///system",
      remedy:
        "install and start it (`apt-get install libvirt-daemon-system qemu-system-x86 dnsmasq-base`, `systemctl start libvirtd`) and join the group libvirt",
    });
  return problems;
}
