import type { TreeFile } from "../debian/tree.ts";

/** Raised when the way of building changes what comes out. */
export const boxRecipeVersion = 2;

export const boxName = "mesos-lab/rehearsal";

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
  "getty@tty1.service",
  // Docker loads its own profile; the others are for programs that are not here.
  "apparmor.service",
  "modprobe@drm.service",
  "modprobe@efi_pstore.service",
  // Docker asks for a network that is up; the lab's own waits say what they wait for.
  "systemd-networkd-wait-online.service",
];

/** What its package starts at every boot, and only a playbook shall. */
export const disabledUnits = ["haproxy.service"];

export const enabledUnits = ["systemd-networkd.service", "mesos-lab-host-keys.service"];

const kernelArguments = "console=ttyS0 net.ifnames=0 biosdevname=0";

export const boxFiles: readonly TreeFile[] = [
  { path: "etc/hostname", text: "mesos-lab\n" },
  { path: "etc/hosts", text: "127.0.0.1 localhost\n127.0.1.1 mesos-lab\n" },
  { path: "etc/fstab", text: `LABEL=${rootLabel} / ext4 defaults,noatime 0 0\n` },
  { path: "etc/machine-id", text: "" },
  { path: "etc/default/locale", text: "LANG=C.UTF-8\n" },
  {
    path: "etc/default/grub",
    text: [
      "# Change, then run update-grub.",
      "GRUB_DEFAULT=0",
      "GRUB_TIMEOUT=0",
      "GRUB_DISTRIBUTOR=mesos-lab",
      'GRUB_CMDLINE_LINUX_DEFAULT=""',
      `GRUB_CMDLINE_LINUX="${kernelArguments}"`,
      "GRUB_TERMINAL=console",
      "GRUB_DISABLE_OS_PROBER=true",
      "",
    ].join("\n"),
  },
  // Only what is needed to reach the root: a smaller archive to unpack.
  { path: "etc/initramfs-tools/conf.d/mesos-lab", text: "MODULES=list\n" },
  {
    path: "etc/initramfs-tools/modules",
    text: "virtio_pci\nvirtio_blk\nvirtio_scsi\nsd_mod\nahci\nata_piix\next4\n",
  },
  {
    path: "etc/systemd/network/20-management.network",
    // The address on eth1 is Vagrant's business.
    text: "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n\n[DHCPv4]\nClientIdentifier=mac\n",
  },
  {
    path: "etc/ssh/sshd_config.d/mesos-lab.conf",
    text: "UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\nHostKey /etc/ssh/ssh_host_ecdsa_key\n",
  },
  {
    path: "etc/systemd/system/mesos-lab-host-keys.service",
    // Each machine has keys of its own; no RSA, which takes an emulated processor seconds.
    text: [
      "[Unit]",
      "Description=SSH host keys of this machine",
      "ConditionPathExists=!/etc/ssh/ssh_host_ecdsa_key",
      "Before=ssh.service",
      "",
      "[Service]",
      "Type=oneshot",
      ...["ed25519", "ecdsa"].map(
        (kind) => `ExecStart=/usr/bin/ssh-keygen -q -t ${kind} -N "" -f /etc/ssh/ssh_host_${kind}_key`,
      ),
      "",
      "[Install]",
      "WantedBy=multi-user.target",
      "",
    ].join("\n"),
  },
  {
    path: "etc/docker/daemon.json",
    text: `${JSON.stringify({ "storage-driver": "overlay2", "exec-opts": ["native.cgroupdriver=cgroupfs"] })}\n`,
  },
  // Docker makes no use of the interface for Kubernetes.
  {
    path: "etc/containerd/config.toml",
    text: 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n',
  },
  { path: "etc/sudoers.d/vagrant", text: "vagrant ALL=(ALL) NOPASSWD: ALL\n", mode: 0o440 },
];

/** GRUB's menu for the first boot; `update-grub` inside the machine writes its own. */
export function grubConfig(kernel: string): string {
  return [
    "set timeout=0",
    `menuentry "mesos-lab" {`,
    `  search --no-floppy --label --set=root ${rootLabel}`,
    `  linux /boot/vmlinuz-${kernel} root=LABEL=${rootLabel} ro ${kernelArguments}`,
    `  initrd /boot/initrd.img-${kernel}`,
    "}",
    "",
  ].join("\n");
}
