import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

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

const startLimitMs = 30_000;

/** A Docker engine in namespaces of its own, without an image but those that are made here. */
export class DockerEngine {
  private readonly folder: string;
  private readonly holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.folder = folder;
    this.holder = holder;
  }

  static async start(): Promise<DockerEngine> {
    const folder = mkdtempSync(join(tmpdir(), "mesos-lab-docker-"));
    const flags = [
      ...["--host", `unix://${folder}/docker.sock`, "--data-root", `${folder}/data`],
      ...["--exec-root", `${folder}/exec`, "--pidfile", `${folder}/pid`, "--storage-driver", "vfs"],
      ...["--iptables=false", "--ip6tables=false"],
    ];
    const script = 'ip link set lo up && exec dockerd "$@"';
    const holder = spawn("unshare", [...ownNamespaces, "/bin/sh", "-c", script, "sh", ...flags], {
      stdio: "ignore",
    });
    const engine = new DockerEngine(folder, holder);
    const deadline = Date.now() + startLimitMs;
    while (spawnSync("docker", ["info"], { env: { ...process.env, ...engine.env } }).status !== 0) {
      if (holder.exitCode !== null || Date.now() > deadline) {
        await engine.close();
        throw new Error(`dockerd does not answer (exit code ${holder.exitCode})`);
      }
      await sleep(100);
    }
    return engine;
  }

  get env() {
    return { DOCKER_HOST: `unix://${this.folder}/docker.sock` };
  }

  /** The words before a program that make it run in the engine's network. */
  get enter(): readonly string[] {
    return ["nsenter", `--net=/proc/${this.holder.pid}/ns/net`];
  }

  docker(...args: string[]): string {
    return execFileSync("docker", args, { encoding: "utf8", env: { ...process.env, ...this.env } }).trim();
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
