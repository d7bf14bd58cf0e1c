import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gaveUpWaiting } from "../../src/foundry/box/engine.ts";
import { patienceMs } from "./eventually.ts";

/** Network, mounts and processes of its own, all of which end with the first process. */
const ownNamespaces = "--net --mount --propagation private --pid --fork --kill-child --mount-proc".split(" ");

/** Why no engine can be started here; undefined where one can. */
export const noDockerEngine: string | undefined =
  process.getuid?.() !== 0
    ? "not root"
    : (["dockerd", "docker", "nsenter", "curl", "tar"].map(missing).find((why) => why !== undefined) ??
      (spawnSync("unshare", [...ownNamespaces, "true"]).status === 0
        ? undefined
        : "namespaces are not allowed"));

function missing(program: string): string | undefined {
  return spawnSync("/bin/sh", ["-c", `command -v ${program}`]).status === 0
    ? undefined
    : `${program} is not installed`;
}

export interface EngineChoice {
  /** A folder with another engine and what that needs; see newer-docker.ts. Default: the host's own. */
  readonly root?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Its `daemon.json`. */
  readonly config?: object;
}

/** The engine's folder has the same name inside; an engine unpacks in roots of its own, and wants one that is a mount. */
const inRoot = `
  root=$1 folder=$2; shift 2
  mount --bind "$root" "$root"
  mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp"
  mount -t proc proc "$root/proc"
  for each in sys dev; do mount --rbind /$each "$root/$each"; done
  for each in run tmp; do mount -t tmpfs tmpfs "$root/$each"; done
  mkdir -p "$root$folder"
  mount --bind "$folder" "$root$folder"
  exec chroot "$root" dockerd "$@"`;

/** A Docker engine in namespaces of its own, without an image but those that are made here. */
export class DockerEngine {
  private readonly folder: string;
  private readonly holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.folder = folder;
    this.holder = holder;
  }

  static async start(choice: EngineChoice = {}): Promise<DockerEngine> {
    for (const deadline = performance.now() + patienceMs; ; ) {
      const engine = DockerEngine.launch(choice);
      const failure = await engine.untilAnswering(deadline);
      if (failure === undefined) return engine;
      await engine.close();
      const again = failure.includes(gaveUpWaiting);
      if (!again || performance.now() > deadline) throw new Error(`dockerd does not answer: ${failure}`);
    }
  }

  private static launch({ root = "", env = {}, config = {} }: EngineChoice): DockerEngine {
    const folder = mkdtempSync(join(tmpdir(), "mesos-lab-docker-"));
    const flags = [
      ...["--host", `unix://${folder}/docker.sock`, "--data-root", `${folder}/data`],
      ...["--exec-root", `${folder}/exec`, "--pidfile", `${folder}/pid`],
      ...["--iptables=false", "--ip6tables=false", "--config-file", `${folder}/daemon.json`],
    ];
    writeFileSync(join(folder, "daemon.json"), JSON.stringify({ "storage-driver": "vfs", ...config }));
    const script = root === "" ? 'shift 2; exec dockerd "$@"' : inRoot;
    const words = ["/bin/sh", "-c", `set -e; ip link set lo up; ${script}`, "sh", root, folder, ...flags];
    const log = openSync(join(folder, "log"), "w");
    const holder = spawn("unshare", [...ownNamespaces, ...words], {
      stdio: ["ignore", log, log],
      // Where its containerd writes what it did when it was slow to answer.
      env: { ...process.env, ...env, TMPDIR: folder },
    });
    closeSync(log);
    return new DockerEngine(folder, holder);
  }

  /** The end of its log where it has ended, or does not answer by then. */
  private async untilAnswering(deadline: number): Promise<string | undefined> {
    const env = { ...process.env, ...this.env };
    while (spawnSync("docker", ["info"], { env }).status !== 0) {
      if (this.holder.exitCode !== null || performance.now() > deadline)
        return `exit code ${this.holder.exitCode}: ${readFileSync(join(this.folder, "log"), "utf8").slice(-500)}`;
      await sleep(100);
    }
  }

  get env() {
    return { DOCKER_HOST: `unix://${this.folder}/docker.sock` };
  }

  /** The words before a program that make it run in the engine's network. */
  get enter(): readonly string[] {
    return ["nsenter", `--net=/proc/${this.holder.pid}/ns/net`];
  }

  /** What the engine answers to a client of another age: to `path` in this version of its API. */
  ask(version: string, path: string): Record<string, unknown> {
    const words = [
      "--silent",
      "--unix-socket",
      `${this.folder}/docker.sock`,
      `http://engine/v${version}${path}`,
    ];
    return JSON.parse(execFileSync("curl", words, { encoding: "utf8" })) as Record<string, unknown>;
  }

  docker(...args: string[]): string {
    const env = { ...process.env, ...this.env };
    return execFileSync("docker", args, { encoding: "utf8", env, stdio: "pipe" }).trim();
  }

  /** An image of nothing but the folders that a merged `/usr` is mounted into. */
  makeImage(name: string): void {
    const tree = join(this.folder, "tree");
    for (const each of ["usr", "tmp"]) mkdirSync(join(tree, each), { recursive: true });
    for (const each of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${each}`, join(tree, each));
    execFileSync("tar", ["-C", tree, "-cf", join(this.folder, "tree.tar"), "."]);
    this.docker("import", join(this.folder, "tree.tar"), name);
  }

  async close(): Promise<void> {
    if (this.holder.exitCode === null && this.holder.signalCode === null) {
      const ended = once(this.holder, "exit");
      this.holder.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
