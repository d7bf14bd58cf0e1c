import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { installPackages } from "../../../src/foundry/debian/apt.ts";
import { insideTree, type Job, runStep } from "../../../src/foundry/debian/job.ts";
import { emptyFolders, unpackTree, writeTree } from "../../../src/foundry/debian/tree.ts";
import type { TreeFile } from "../../../src/foundry/debian/tree-files.ts";
import { buildBase } from "../../../src/foundry/images/build.ts";
import { contentKey, makeOnce, withCacheLock } from "../../../src/tools/cache.ts";
import { run } from "../../../src/tools/exec.ts";

/** What lies below the test hosts' own files: two whole Debian systems, which nobody writes to. */
export interface Trees {
  /** A server as it is rented: systemd, SSH, sudo, Python. */
  readonly bare: string;
  /** The same with Debian's Docker engine. */
  readonly docker: string;
}

/** Who may log in to every test host. */
export const loginUser = "admin";

const barePackages = [
  ..."systemd-sysv dbus libpam-systemd openssh-server sudo ca-certificates curl".split(" "),
  ..."iproute2 iptables iputils-ping netbase procps python3 python3-apt".split(" "),
];
const dockerPackages = ["docker.io", "python3-requests", "apparmor", "libapparmor1"];

/** What would change files by itself while a test looks at them, and what needs a terminal or a disk of its own. */
const maskedUnits = [
  ..."apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer".split(" "),
  ..."systemd-tmpfiles-clean.timer console-getty.service getty.target e2scrub_reap.service".split(" "),
  // Kernel file systems that are this host's too.
  ..."sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount".split(" "),
];

const files: readonly TreeFile[] = [
  { path: "etc/fstab", text: "", mode: 0o644 },
  { path: "etc/resolv.conf", text: "", mode: 0o644 },
  { path: "etc/default/locale", text: "LANG=C.UTF-8\n", mode: 0o644 },
  // A mirror that this host reaches is out of the test hosts' reach.
  { path: "etc/apt/sources.list", text: "", mode: 0o644 },
  { path: `etc/sudoers.d/${loginUser}`, text: `${loginUser} ALL=(ALL) NOPASSWD: ALL\n`, mode: 0o440 },
  {
    path: "etc/ssh/sshd_config.d/test.conf",
    text: "UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\n",
    mode: 0o644,
  },
];

/** Makes the trees, unless the cache has them. Takes some minutes the first time. */
export function hostTrees(job: Job): Promise<Trees> {
  return withCacheLock(job.cacheDir, async () => {
    const { layer, inputs } = await buildBase(job);
    const key = contentKey([layer.digest, barePackages, dockerPackages, maskedUnits, files, loginUser]);
    const folder = join(job.cacheDir, "test-hosts", key);
    await makeOnce(folder, async (temporary) => {
      await mkdir(temporary);
      const { bare, docker } = treesIn(temporary);
      await unpackTree(job, layer.file, bare);
      await installPackages(job, inputs.release, bare, barePackages, "bare test host");
      await run({ file: "cp", args: ["-a", bare, docker] });
      await installPackages(job, inputs.release, docker, dockerPackages, "test host with Docker");
      for (const root of [bare, docker]) await finish(job, root);
    });
    return treesIn(folder);
  });
}

const treesIn = (folder: string): Trees => ({ bare: join(folder, "bare"), docker: join(folder, "docker") });

async function finish(job: Job, root: string): Promise<void> {
  const inside = (...argv: string[]) => runStep(job, insideTree(root, argv));
  await writeTree(root, files);
  await inside("useradd", "--create-home", "--shell", "/bin/bash", "--uid", "1000", loginUser);
  await inside("install", "-d", "-o", loginUser, "-g", loginUser, "-m", "0700", `/home/${loginUser}/.ssh`);
  await inside("systemctl", "mask", ...maskedUnits);
  await inside("sh", "-c", "rm -f /etc/ssh/ssh_host_* /usr/sbin/policy-rc.d");
  await emptyFolders(root, ["var/cache/apt", "var/log", "tmp", "run"]);
  for (const path of ["var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/lib/docker"])
    await mkdir(join(root, path), { recursive: true });
}
