import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { LabError } from "../../errors.ts";
import { ordinal } from "../../lab/catalogue/addresses.ts";
import { type Lab, machinesWith, type Part, portsOf } from "../../lab/model.ts";
import type { PlannedProgram } from "../../rehearsal/embedded/plan.ts";
import { programEnvironment } from "../../tools/environment.ts";
import { isInstalled } from "../../tools/host.ts";
import type { TryBind } from "./addresses.ts";

/** Debian's and Ubuntu's `zookeeper` package: what a server without an admin page needs of its class path. */
const jars = ["zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple"].map(
  (name) => `/usr/share/java/${name}.jar`,
);
/** A small JVM that is up soon: it serves some thousand nodes, and lives beside a lab of a few hundred MiB. */
const jvm = [
  ...["-Xmx24m", "-Xss256k", "-XX:MaxMetaspaceSize=32m", "-XX:ReservedCodeCacheSize=16m"],
  ...["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto"],
  "-Djava.net.preferIPv4Stack=true",
];
const settings = [
  // Written to the disk before every answer would be for power cuts, and slow.
  "-Dzookeeper.forceSync=no",
  // KiB of transaction log at a time, instead of 64 MiB.
  "-Dzookeeper.preAllocSize=1024",
  ...["showDateTime=true", "dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS"].map(
    (setting) => `-Dorg.slf4j.simpleLogger.${setting}`,
  ),
];
/** Between the members of an ensemble. */
const peerPorts = [2_888, 3_888];
const tryLimitMs = 10_000;

/** Whether the host seems to have a ZooKeeper; whether that works is told by the other two. */
export function seemsToHaveZookeeper(): boolean {
  return isInstalled("java") && jars.every((jar) => existsSync(jar));
}

/** Why several servers cannot form an ensemble at these addresses, or undefined. */
export async function peersFault(lab: Lab, tryBind: TryBind): Promise<string | undefined> {
  const ips = machinesWith(lab, "zookeeper").map(({ ip }) => ip);
  if (ips.length < 2) return undefined;
  if (new Set(ips).size < ips.length) return "an ensemble's servers need an address each";
  for (const ip of ips)
    for (const port of peerPorts)
      if ((await tryBind(ip, port)) !== "free")
        return `an ensemble's server needs ${ip}:${port}, which is taken`;
  return undefined;
}

/**
 * Why this host's Java cannot run its ZooKeeper (too old, broken, no memory), or undefined.
 * @throws LabError `interrupted` on abort.
 */
export async function javaFault(signal: AbortSignal): Promise<string | undefined> {
  const args = [...jvm, "-cp", jars.join(":"), "org.apache.zookeeper.Version"];
  try {
    await promisify(execFile)("java", args, {
      signal,
      timeout: tryLimitMs,
      killSignal: "SIGKILL",
      env: programEnvironment(),
    });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw new LabError("interrupted", "interrupted while trying ZooKeeper");
    const { stderr = "", killed = false, code } = error as Partial<ExecFileException> & { stderr?: string };
    const [said = ""] = stderr.trim().split("\n");
    return killed ? `java does not answer within ${tryLimitMs / 1000} s` : `java ends with ${code}: ${said}`;
  }
}

/** The host's ZooKeeper as a server of this lab, with its data below the lab's folder. */
export function zookeeperProgram(lab: Lab, { machine }: Part, home: string): PlannedProgram {
  const folder = `${home}/${machine.name}/zookeeper`;
  const servers = machinesWith(lab, "zookeeper");
  const port = portsOf(lab, machine).zookeeper;
  const members = servers.map(({ ip }, index) => `server.${index + 1}=${ip}:${peerPorts.join(":")}`);
  const config = [
    ...["tickTime=2000", "initLimit=10", "syncLimit=5", "dataDir=./data"],
    ...[`clientPort=${port}`, `clientPortAddress=${machine.ip}`],
    // Every service comes from this host, and ZooKeeper takes sixty connections from one.
    "maxClientCnxns=0",
    // The admin server would take port 8080, which is Marathon's.
    ...["admin.enableServer=false", "4lw.commands.whitelist=*"],
    ...(servers.length > 1 ? members : []),
  ];
  return {
    id: `zookeeper@${machine.name}`,
    machine: machine.name,
    file: "java",
    cwd: folder,
    args: [
      ...[...jvm, ...settings, "-cp", jars.join(":")],
      // By names relative to its own folder: Java reads its settings as Latin-1, and the lab's folder may have any name.
      ...["org.apache.zookeeper.server.quorum.QuorumPeerMain", "./zoo.cfg"],
    ],
    files: {
      [`${folder}/zoo.cfg`]: `${config.join("\n")}\n`,
      [`${folder}/data/myid`]: `${ordinal(servers, machine)}\n`,
    },
    address: { host: machine.ip, port },
    log: `${home}/logs/zookeeper@${machine.name}.log`,
  };
}
