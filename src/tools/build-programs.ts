import { isInstalled } from "./host.ts";

/** Programs by the Debian package that each comes with. */
export type Programs = Readonly<Record<string, string>>;

/** What `images build` needs of a Debian-like host. */
export const imagePrograms: Programs = {
  mmdebstrap: "mmdebstrap",
  "apt-get": "apt",
  unshare: "util-linux",
  setpriv: "util-linux",
  chroot: "coreutils",
};

/** What `box build --with-images` needs. */
export const boxPrograms: Programs = {
  ...imagePrograms,
  mke2fs: "e2fsprogs",
  "qemu-img": "qemu-utils",
  vagrant: "vagrant",
  dockerd: "docker.io",
  docker: "docker.io",
};

/** The packages of those programs that this host lacks. */
export function missingPackages(programs: Programs): readonly string[] {
  const missing = Object.entries(programs).filter(([program]) => !isInstalled(program));
  return [...new Set(missing.map(([, debianPackage]) => debianPackage))];
}

/** Without what packages only recommend: for vagrant-libvirt that is a kernel and an NFS server. */
export const aptInstall = ["apt-get", "install", "--yes", "--no-install-recommends"] as const;
