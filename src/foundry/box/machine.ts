import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { downloadPackage, installPackages } from "../debian/apt.ts";
import { insideTree, type Job, type Release, runStep } from "../debian/job.ts";
import { emptyFolders, writeTree } from "../debian/tree.ts";
import { boxFiles, boxPackages, collection, disabledUnits, enabledUnits, maskedUnits } from "./recipe.ts";

/** Turns a minimal Debian into the machine that Vagrant expects: it boots, has SSH, sudo, Python and Docker. */
export async function makeMachine(
  job: Job,
  release: Release,
  root: string,
  publicKey: string,
): Promise<void> {
  const inside = (...argv: string[]) => runStep(job, insideTree(root, argv));
  const early = boxFiles("").filter((file) => file.path.startsWith("etc/initramfs-tools/"));
  await writeTree(root, early);
  await installPackages(job, release, root, boxPackages, "the box");
  job.onProgress?.("setting up the machine");
  await addCollection(job, release, root);
  await writeTree(root, boxFiles(await kernelIn(root)));
  await inside("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "docker", "vagrant");
  await writeTree(root, [{ path: "home/vagrant/.ssh/authorized_keys", text: publicKey, mode: 0o600 }]);
  await inside("chown", "-R", "vagrant:vagrant", "/home/vagrant/.ssh");
  await inside("chmod", "700", "/home/vagrant/.ssh");
  await inside("systemctl", "enable", ...enabledUnits);
  await inside("systemctl", "disable", ...disabledUnits);
  await inside("systemctl", "mask", ...maskedUnits);
  await installGrub(job, root);
  // Each machine makes its own keys and id; and whoever builds starts no daemon, but the machine shall.
  for (const name of await readdir(join(root, "etc/ssh")))
    if (name.startsWith("ssh_host_")) await rm(join(root, "etc/ssh", name));
  // The first boot fills an empty /etc/machine-id from this one if it is there: man:machine-id(5), systemd-machine-id-setup(1).
  await rm(join(root, "var/lib/dbus/machine-id"), { force: true });
  await rm(join(root, "usr/sbin/policy-rc.d"));
  await emptyFolders(root, ["var/cache/apt", "var/log", "tmp", "run"]);
}

/** Takes one folder out of a package that is not installed. */
async function addCollection(job: Job, release: Release, root: string): Promise<void> {
  const { debianPackage, folder } = collection;
  const scratch = `${root}-${debianPackage}`;
  const file = await downloadPackage(job, release, root, debianPackage, join(scratch, "deb"));
  await runStep(job, { file: "dpkg-deb", args: ["--extract", file, join(scratch, "tree")] });
  await cp(join(scratch, "tree", folder), join(root, folder), { recursive: true });
  await rm(scratch, { recursive: true });
}

async function installGrub(job: Job, root: string): Promise<void> {
  const modules = join(root, "boot/grub/i386-pc");
  await mkdir(modules, { recursive: true });
  await cp(join(root, "usr/lib/grub/i386-pc"), modules, {
    recursive: true,
    filter: (path) => /(i386-pc|\.mod|\.lst|boot\.img)$/.test(path),
  });
  const target = ["-O", "i386-pc", "-o", "/boot/grub/i386-pc/core.img", "-p", "(hd0,msdos1)/boot/grub"];
  const builtIn = [
    "biosdisk",
    "part_msdos",
    "ext2",
    "normal",
    "configfile",
    "linux",
    "search",
    "search_label",
  ];
  await runStep(job, insideTree(root, ["grub-mkimage", ...target, ...builtIn]));
}

/** The version of the kernel that is installed in a tree. */
async function kernelIn(root: string): Promise<string> {
  const kernels = (await readdir(join(root, "boot"))).filter((name) => name.startsWith("vmlinuz-"));
  const kernel = kernels.sort().at(-1)?.slice("vmlinuz-".length);
  if (kernel === undefined) throw new Error("no kernel was installed");
  return kernel;
}

/** The public half of the key that an unchanged box lets in; a lab's machine has one of its own in its place from its first boot on. */
export async function vagrantPublicKey(job: Job): Promise<string | undefined> {
  const listed = await runStep(job, { file: "dpkg", args: ["-L", "vagrant"] }, { accept: "any" });
  const path = listed.stdout.split("\n").find((line) => line.endsWith("/keys/vagrant.pub"));
  return path === undefined ? undefined : readFile(path, "utf8");
}
