import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultCacheDir } from "../../../src/tools/cache.ts";
import { type Command, type RunOptions, type RunResult, run } from "../../../src/tools/exec.ts";
import { missing } from "../missing.ts";
import { type Files, filesBelow } from "./files.ts";
import { hostTrees, type Trees } from "./trees.ts";

export { loginUser } from "./trees.ts";

/**
 * Machines of somebody's, on this one: each with a file system, a process tree, a network and control groups of its
 * own, and a real systemd as its first process, so that SSH, sudo, units, Docker and a reboot are what they are on
 * hardware. They share this host's kernel. Namespaces and nothing around them: systemd-nspawn wants a systemd outside
 * as well, and containers of an engine lack what an engine inside of them needs.
 * The hosts and this machine reach each other and nothing else.
 */
export interface Hosts {
  /** A private key that the login user of each host lets in. */
  readonly key: string;
  host(name: string): Host;
  /** `command` as it runs on a computer in the hosts' network, which is this machine. */
  command(command: Command): Command;
  exec(
    file: string,
    args: readonly string[],
    options?: RunOptions & Pick<Command, "cwd" | "env">,
  ): Promise<RunResult>;
  /** Ends everything, and removes all that the hosts kept. So does the end of the test run, however it ends. */
  close(): Promise<void>;
}

export interface HostPlan {
  readonly name: string;
  /** In 192.168.33.0/24, but not .1, which is this machine. */
  readonly address: string;
  /** Default: true. */
  readonly docker?: boolean;
  /** MiB for all that the host writes, kept in memory; default: this machine's disk. */
  readonly disk?: number;
  /** What the kernel says the processor is; default: what it is. */
  readonly processor?: "i686";
}

export interface Host {
  readonly name: string;
  readonly address: string;
  /** Runs a shell script as root on the running host, past SSH. */
  root(script: string, options?: RunOptions): Promise<RunResult>;
  /** Starts the host; resolved once it has booted. */
  boot(): Promise<void>;
  /** Pulls the plug. */
  cut(): Promise<void>;
  /** Every file of the running host, without what is mounted: Docker's folder, /proc and the like. */
  files(): Promise<Files>;
}

const network = "192.168.33.1/24";
const bootLimitMs = 120_000;

const namespaces = "--net --mount --pid --uts --ipc --cgroup --fork".split(" ");
const programs = "mmdebstrap nsenter unshare tini ip setarch ssh-keygen".split(" ");

/** What the title of tests with hosts ends with where there can be none, and they are skipped; else empty. */
export const noHosts: string =
  missing(...programs) ||
  (spawnSync("unshare", [...namespaces, "true"]).status === 0 ? "" : " (skipped: no namespaces of root's)");

/** Makes the hosts and boots them all. */
export async function openHosts(plans: readonly HostPlan[], logFile?: string): Promise<Hosts> {
  const trees = await hostTrees({ cacheDir: defaultCacheDir(), logFile });
  const folder = await mkdtemp(join(tmpdir(), "mesos-lab-hosts-"));
  const groups = join(await groupsRoot(), basename(folder));
  const key = join(folder, "key");
  await run({ file: "ssh-keygen", args: ["-q", "-t", "ed25519", "-N", "", "-f", key] });
  const keeper = spawn("sh", [script("keeper"), folder, groups, network], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(keeper, "exit");
  const close = async () => {
    keeper.stdin.end();
    await ended;
  };
  const first = await Promise.race([once(keeper.stdout, "data"), ended]);
  const pid = Number.parseInt(String(first[0]), 10);
  if (keeper.exitCode !== null) throw new Error(`the hosts' network ended: ${keeper.exitCode}`);
  const command = (inner: Command) => inside(pid, inner);
  const exec: Hosts["exec"] = (file, args, { cwd, env, ...options } = {}) =>
    run(command({ file, args, ...(cwd && { cwd }), ...(env && { env }) }), options);
  try {
    const hosts = new Map<string, Host>();
    for (const plan of plans) {
      const own = join(folder, plan.name);
      await mkdir(join(own, "disk"), { recursive: true });
      await writeFile(join(own, "console"), "");
      if (plan.disk !== undefined)
        await exec("mount", ["-t", "tmpfs", "-o", `size=${plan.disk}m`, "tmpfs", join(own, "disk")]);
      hosts.set(
        plan.name,
        makeHost(plan, { folder: own, groups: join(groups, plan.name), trees, exec, pid }),
      );
    }
    await Promise.all([...hosts.values()].map((host) => host.boot()));
    const host = (name: string) => {
      const found = hosts.get(name);
      if (found === undefined) throw new Error(`no test host ${name}`);
      return found;
    };
    return { key, host, command, exec, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Place {
  readonly folder: string;
  readonly groups: string;
  readonly trees: Trees;
  readonly exec: Hosts["exec"];
  /** The network's first process. */
  readonly pid: number;
}

function makeHost(plan: HostPlan, { folder, groups, trees, exec, pid }: Place): Host {
  const { name, address, docker = true, processor = "linux64" } = plan;
  /** The host's first process as the network's namespace numbers it; undefined while there is none. */
  const firstProcess = async () => (await readFile(join(folder, "pid"), "utf8").catch(() => "")).trim();
  const root: Host["root"] = async (text, options = {}) => {
    const first = await firstProcess();
    if (first === "") throw new Error(`${name} does not run`);
    const env = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"];
    const enter = [processor, "nsenter", "--target", first, "--all"];
    return exec("setarch", [...enter, ...env, "sh", "-euc", text], options);
  };
  let life: Promise<unknown> = Promise.resolve();
  return {
    name,
    address,
    root,
    boot: async () => {
      let over: string | undefined;
      const tree = docker ? trees.docker : trees.bare;
      const args = [script("boot"), folder, name, `${address}/24`, tree, groups, processor];
      life = exec("sh", args, { accept: "any" }).then(({ exitCode, stderr }) => {
        over = `exit code ${exitCode} ${stderr.trim()}`;
      });
      let last = "";
      for (const deadline = Date.now() + bootLimitMs; Date.now() < deadline; await sleep(100)) {
        if (over !== undefined) break;
        const state = await root("systemctl is-system-running --wait", {
          accept: "any",
          timeoutMs: bootLimitMs,
        }).catch((error: Error) => ({ stdout: "", stderr: error.message }));
        last = state.stdout.trim() || state.stderr.trim();
        if (["running", "degraded"].includes(last)) return;
      }
      const console = await readFile(join(folder, "console"), "utf8");
      throw new Error(`${name} did not boot: ${over ?? last}\n${console.slice(-2000)}`);
    },
    cut: async () => {
      await exec("kill", ["-KILL", await firstProcess()]);
      await life;
    },
    files: async () => filesBelow(`/proc/${pid}/root/proc/${await firstProcess()}/root`),
  };
}

/** The hosts' network, seen from outside through its first process. */
function inside(pid: number, { file, args, cwd = process.cwd(), env = {} }: Command): Command {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const enter = ["--target", String(pid), "--net", "--mount", "--pid"];
  return { file: "nsenter", args: [...enter, "env", `--chdir=${cwd}`, ...variables, file, ...args] };
}

/** Where control groups of version 2 are mounted, in hybrid hierarchies too. */
async function groupsRoot(): Promise<string> {
  const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  const found = mounts.find(([, , type]) => type === "cgroup2")?.[1];
  if (found === undefined) throw new Error("this machine has no control groups of version 2");
  return found;
}

function script(name: string): string {
  return new URL(`./${name}.sh`, import.meta.url).pathname;
}
