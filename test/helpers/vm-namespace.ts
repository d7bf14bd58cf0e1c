import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, type RunOptions, type RunResult, run } from "../../src/tools/exec.ts";

/** A place with libvirt and no way out: what runs in it sees its own network, processes and libvirt. */
export interface VmNamespace {
  /** The command that runs `command` in here. */
  command(command: Command): Command;
  exec(
    file: string,
    args: readonly string[],
    options?: RunOptions & Pick<Command, "cwd" | "env">,
  ): Promise<RunResult>;
  /** Ends every process in here, machines among them, and removes all that libvirt kept. */
  close(): Promise<void>;
}

/** Folders of libvirt's that are the namespace's own; the host's are neither read later nor changed. */
const libvirtFolders = [
  "/etc/libvirt",
  "/var/lib/libvirt",
  "/var/cache/libvirt",
  "/var/log/libvirt",
  "/run/libvirt",
];

const qemuConf = `user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
remember_owner = 0
`;

const startLimitMs = 60_000;

/**
 * Makes namespaces for network, mounts and processes, and starts libvirt in them.
 * Everything hangs on one process that reads from this one: when this one dies, however it dies, the kernel ends the
 * whole namespace with it.
 */
export async function openVmNamespace(): Promise<VmNamespace> {
  const state = await mkdtemp(join(tmpdir(), "mesos-lab-vm-"));
  const holder = spawn(
    "unshare",
    // tini: libvirt waits for its machines' processes to be gone, and a first process that never reaps keeps them.
    [..."--net --mount --propagation private --pid --fork --kill-child --mount-proc tini -- cat".split(" ")],
    { stdio: ["pipe", "ignore", "inherit"], detached: true },
  );
  const ended = once(holder, "exit");
  const close = async () => {
    holder.stdin.end();
    const kill = setTimeout(() => holder.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(kill);
    await rm(state, { recursive: true, force: true });
  };
  try {
    const pid = await firstProcess(holder.pid ?? 0);
    const command = (inner: Command) => inside(pid, inner);
    const exec: VmNamespace["exec"] = (file, args, options = {}) => {
      const { cwd, env, ...rest } = options;
      return run(command({ file, args, ...(cwd && { cwd }), ...(env && { env }) }), rest);
    };
    await startLibvirt(exec, state);
    return { command, exec, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function inside(pid: number, { file, args, cwd = process.cwd(), env = {} }: Command): Command {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    file: "nsenter",
    args: [
      `--target=${pid}`,
      "--net",
      "--mount",
      "--pid",
      "env",
      `--chdir=${cwd}`,
      ...variables,
      file,
      ...args,
    ],
  };
}

/** The namespace's process 1, as this side knows it, once it runs in its namespaces. */
async function firstProcess(parent: number): Promise<number> {
  let seen = "";
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline; await sleep(20)) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8").catch(() => "");
    const pid = Number.parseInt(children, 10);
    if (Number.isNaN(pid)) continue;
    seen = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
    if (seen === "tini") return pid;
  }
  throw new Error(`no namespace within ${startLimitMs / 1000} s; last seen process: ${seen || "none"}`);
}

async function startLibvirt(exec: VmNamespace["exec"], state: string): Promise<void> {
  await exec("ip", ["link", "set", "lo", "up"]);
  // The network devices under /sys are those of whoever mounted it.
  await exec("mount", ["-t", "sysfs", "sysfs", "/sys"]);
  for (const folder of libvirtFolders) {
    const own = join(state, folder.slice(1).replaceAll("/", "-"));
    await mkdir(own, { recursive: true });
    // The host's definitions of networks and machines stay outside.
    if (folder === "/etc/libvirt")
      await cp(folder, own, { recursive: true, filter: (path) => basename(path) !== "qemu" });
    await mkdir(folder, { recursive: true });
    await exec("mount", ["--bind", own, folder]);
  }
  await mkdir(join(state, "var-lib-libvirt", "images"), { recursive: true });
  await writeFile(join(state, "etc-libvirt", "qemu.conf"), qemuConf);
  // Their usual process files lie outside of these folders, and two namespaces would share them.
  for (const daemon of ["virtlogd", "libvirtd"])
    await exec(daemon, ["--daemon", "--pid-file", `/run/libvirt/${daemon}.pid`]);
  let last = "";
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline; await sleep(200)) {
    const answer = await exec("virsh", ["--connect", "qemu:///system", "version"], {
      accept: "any",
      timeoutMs: startLimitMs,
    });
    if (answer.exitCode === 0) return;
    last = answer.stderr.trim();
  }
  throw new Error(`libvirtd did not answer within ${startLimitMs / 1000} s; last answer: ${last}`);
}
