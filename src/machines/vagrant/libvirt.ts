import { existsSync } from "node:fs";
import { type Finding, lacking, ok } from "../../lab/finding.ts";
import { outputOf } from "../../preflight/programs.ts";
import { isInstalled } from "../../tools/host.ts";
import { kvmWorks } from "./kvm.ts";

const subject = "libvirt";

const noLibvirt = lacking(
  "error",
  subject,
  "libvirt does not answer at qemu:///system",
  "install and start it (`apt-get install libvirt-daemon-system qemu-system-x86 qemu-utils dnsmasq-base`, `systemctl start libvirtd`) and join the group libvirt",
  "libvirt",
);
const sessionOnly = lacking(
  "error",
  subject,
  "libvirt answers you as your own session (qemu:///session) only, which makes no networks: the lab needs the system's, qemu:///system",
  'sudo usermod --append --groups libvirt "$USER", then log in again (and `sudo systemctl start libvirtd` where it does not run)',
);

/** Whether libvirt can run machines. */
export async function libvirtFindings(
  signal: AbortSignal,
  root = process.getuid?.() === 0,
): Promise<readonly Finding[]> {
  const vagrant = { file: "vagrant", args: ["plugin", "list"], env: { VAGRANT_CHECKPOINT_DISABLE: "1" } };
  const virsh = (uri: string) => outputOf({ file: "virsh", args: ["--connect", uri, "version"] }, signal);
  const [plugins, answer] = await Promise.all([outputOf(vagrant, signal), virsh("qemu:///system")]);
  const faults: Finding[] = [];
  // A Vagrant that says nothing is a problem of its own, which others tell.
  if (plugins !== undefined && !plugins.includes("vagrant-libvirt"))
    faults.push(
      lacking(
        "error",
        subject,
        "Vagrant has no plugin vagrant-libvirt",
        "install it: `apt-get install vagrant-libvirt` or `vagrant plugin install vagrant-libvirt`",
        "libvirt",
      ),
    );
  if (answer === undefined) {
    // A user's own libvirt makes no networks, without which the machines have no addresses.
    const session = !root && (await virsh("qemu:///session")) !== undefined;
    faults.push(session ? sessionOnly : noLibvirt);
  }
  return faults.length > 0 ? faults : [ok(subject, "answers at qemu:///system")];
}

/** Whether guests run under KVM, which is tried with one: for reports only, since software does as well, slowly. */
export async function kvmFinding(signal: AbortSignal): Promise<Finding> {
  if (!isInstalled("qemu-system-x86_64"))
    return lacking("warn", "KVM", "cannot be tried without qemu-system-x86_64", "install QEMU", "libvirt");
  if (await kvmWorks(signal)) return ok("KVM", "a guest ran under it");
  return lacking(
    "warn",
    "KVM",
    existsSync("/dev/kvm")
      ? "/dev/kvm is there and no guest starts under it: QEMU will run the machines in software, some ten times slower"
      : "there is no /dev/kvm: QEMU will run the machines in software, some ten times slower",
    "switch on virtualisation in the firmware (on a virtual machine: nested virtualisation) and join the group kvm",
  );
}
