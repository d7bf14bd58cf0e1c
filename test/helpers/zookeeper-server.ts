import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./eventually.ts";

const jars = [
  "zookeeper",
  "zookeeper-jute",
  "slf4j-api",
  "slf4j-nop",
  "commons-cli",
  "netty-all",
  "snappy-java",
  "metrics-core",
].map((name) => `/usr/share/java/${name}.jar`);

/** Why there can be no ZooKeeper here; undefined when there can. */
export const noZooKeeper: string | undefined =
  spawnSync("java", ["-version"]).status !== 0
    ? "java is not installed"
    : existsSync("/usr/share/java/zookeeper.jar")
      ? undefined
      : "Debian's zookeeper package is not installed";

/** A real ZooKeeper on loopback, with its data in a directory that goes with it. */
export class ZooKeeperServer {
  readonly port: number;
  private readonly directory: string;
  private process: ChildProcess | undefined;

  private constructor(port: number, directory: string) {
    this.port = port;
    this.directory = directory;
  }

  static async start(): Promise<ZooKeeperServer> {
    const server = new ZooKeeperServer(await freePort(), await mkdtemp(join(tmpdir(), "zk-")));
    await server.resume();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async resume(): Promise<void> {
    const config = join(this.directory, "zoo.cfg");
    await writeFile(
      config,
      `tickTime=200
dataDir=${this.directory}
clientPort=${this.port}
clientPortAddress=127.0.0.1
admin.enableServer=false
minSessionTimeout=400
maxSessionTimeout=600000
`,
    );
    const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    this.process = spawn("java", ["-Xmx128m", "-cp", jars.join(":"), main, config], { stdio: "ignore" });
    await until("ZooKeeper listens", () => canConnect(this.port));
  }

  async stop(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process === undefined || process.exitCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
