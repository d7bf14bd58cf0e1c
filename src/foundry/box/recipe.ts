import { type TreeFile, treeFiles } from "../debian/tree-files.ts";

/** Raised when the way of building changes what comes out. */
export const boxRecipeVersion = 3;

/** GiB; the file on disk holds only what is used. */
export const diskSize = 10;

/** The file system's name, by which the machine finds its root whatever the disk is attached to. */
export const rootLabel = "mesos-lab";

export const boxPackages = [
  "linux-image-cloud-amd64",
  "grub-pc-bin",
  "grub2-common",
  "systemd-sysv",
  "systemd-resolved",
  "udev",
  "openssh-server",
  "sudo",
  "curl",
  "ca-certificates",
  "iproute2",
  "iputils-ping",
  "netbase",
  "procps",
  // Ansible's own needs, and those of its Docker modules.
  "python3",
  "python3-apt",
  "python3-requests",
  "docker.io",
  // Without its parser no container starts on a kernel with AppArmor.
  "apparmor",
  "libapparmor1",
  // haproxy-marathon-bridge installs it on every slave, where no mirror may be in reach.
  "haproxy",
  // For playbooks that run from inside a machine.
  "ansible-core",
];

/** What the playbooks use of the package `ansible`, whose other collections are 250 MB. */
export const collection = {
  debianPackage: "ansible",
  folder: "usr/lib/python3/dist-packages/ansible_collections/community/docker",
};

/** What costs time at every boot (much of it under emulation) and does nothing for a lab. */
export const maskedUnits = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  // No account has a password to log in with.
  "getty@tty1.service",
  "serial-getty@ttyS0.service",
  // Docker loads its own profile; the others are for programs that are not here.
  "apparmor.service",
  "modprobe@drm.service",
  "modprobe@efi_pstore.service",
  // Docker asks for a network that is up; the lab's own waits say what they wait for.
  "systemd-networkd-wait-online.service",
];

/** What its package starts at every boot, and only a playbook shall. */
export const disabledUnits = ["haproxy.service"];

export const enabledUnits = [
  "systemd-networkd.service",
  "mesos-lab-host-keys.service",
  "mesos-lab-identity.service",
];

const kernelArguments = "console=ttyS0 net.ifnames=0 biosdevname=0";

/** The files that the machine is given; `kernel` is the version of the kernel in it. */
export function boxFiles(kernel: string): readonly TreeFile[] {
  return treeFiles("box/root", { rootLabel, kernelArguments, kernel });
}
