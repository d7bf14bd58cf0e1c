import type { EmbeddedLab, EmbeddedRuns, Machine } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";
import { refuse } from "../../preflight/problem.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { loopbackOf, movedPorts, ownAddresses, settleAddresses, type TryBind } from "./addresses.ts";
import { sharedServicePorts } from "./preflight.ts";
import { tryBind } from "./processes.ts";
import { runningState } from "./state.ts";
import { taskUsers } from "./task-users.ts";
import { javaFault, peersFault, seemsToHaveZookeeper } from "./zookeeper.ts";

/**
 * Decides on addresses, ports, the proxy and ZooKeeper, unless that is decided; what a user would not expect is in the notes.
 * @throws LabError `preflight` where the addresses that this host has cannot do.
 */
export async function settleEmbedded(
  lab: EmbeddedLab,
  folder: LabFolder,
  signal: AbortSignal,
): Promise<{ lab: EmbeddedLab; notes: readonly string[] }> {
  const before = recorded(folder);
  const running = runningState(folder.file("embedded")) !== undefined;
  const kept = before === undefined ? undefined : keepAddresses(lab, before);
  if (running && kept !== undefined) return { lab: kept, notes: [] };
  // What an earlier shape of this lab holds is free for this one.
  const own = running && before !== undefined ? ownAddresses(before) : new Set();
  const bind: TryBind = async (ip, port, over) =>
    own.has(`${ip}:${port}`) ? "free" : tryBind(ip, port, over);
  const settled = await decide(lab, folder.file("embedded"), before?.runs.zookeeper, bind, signal);
  refuse(sharedServicePorts(settled.lab));
  return settled;
}

/** The lab as an earlier run has settled it. */
function recorded(folder: LabFolder): EmbeddedLab | undefined {
  const lab = folder.recordedIfWhole();
  const runs = lab?.runs;
  return lab && runs?.kind === "embedded" && runs.proxy !== undefined ? { ...lab, runs } : undefined;
}

/** The addresses and ports that were chosen before; undefined where the machines are not the same. */
function keepAddresses(lab: EmbeddedLab, before: EmbeddedLab): EmbeddedLab | undefined {
  const shape = ({ machines, ports }: EmbeddedLab) =>
    JSON.stringify([machines.map(({ name, services }) => [name, services]), ports]);
  const same =
    shape(lab) === shape(before) &&
    lab.machines.every(({ ip }, index) => sameHost(ip, before.machines[index]?.ip ?? ""));
  if (!same) return undefined;
  const machines = lab.machines.map((machine, index) => {
    const { ip, ports } = before.machines[index] as Machine;
    return { ...machine, ip, ...(ports === undefined ? {} : { ports }) };
  });
  const { shared: _, ...runs } = before.runs;
  return { ...lab, machines, runs: { ...runs, ...(lab.runs.shared && { shared: true }) } };
}

function sameHost(described: string, loopback: string): boolean {
  return loopback === "127.0.0.1" || loopbackOf(described) === loopback;
}

async function decide(
  lab: EmbeddedLab,
  folder: string,
  before: EmbeddedRuns["zookeeper"],
  bind: TryBind,
  signal: AbortSignal,
) {
  const { shared } = lab.runs;
  const withStore: EmbeddedRuns = {
    ...{ kind: "embedded", proxy: hostProxy(), zookeeper: "store" },
    ...(shared && { shared }),
  };
  const runs: EmbeddedRuns = seemsToHaveZookeeper() ? { ...withStore, zookeeper: "host" } : withStore;
  const [wanted, fault] = await Promise.all([
    settleAddresses({ ...lab, runs }, bind),
    runs.zookeeper === "host" ? javaFault(signal) : undefined,
  ]);
  const why = fault ?? (hasZookeeper(wanted) ? await peersFault(wanted, bind) : undefined);
  const settled = why === undefined ? wanted : await settleAddresses({ ...lab, runs: withStore }, bind);
  const notes = movedPorts(settled);
  if (why !== undefined) notes.push(`a store in the launcher instead of this host's ZooKeeper: ${why}`);
  if (before !== undefined && before !== settled.runs.zookeeper)
    notes.push(`apps and rules stay behind: they were kept in ${zookeeperWords(before)}`);
  if (hasZookeeper(settled) && !shared)
    notes.push("ZooKeeper does not tell its clients apart: every user of this computer can write to it");
  if (process.getuid?.() === 0) notes.push(tasksOfRoot(folder));
  return { lab: settled, notes };
}

function tasksOfRoot(folder: string): string {
  return taskUsers(folder) === undefined
    ? "tasks run as root: this host lets root not change users"
    : "tasks run as users without rights, each as its own; an app with a `user` runs as that one";
}

export function zookeeperWords(zookeeper: EmbeddedRuns["zookeeper"]): string {
  return zookeeper === "host" ? "this host's ZooKeeper" : "a store in their launcher for ZooKeeper";
}

/** What carries the traffic on this host. */
export function hostProxy(): "haproxy" | "built-in" {
  return isInstalled("haproxy") ? "haproxy" : "built-in";
}
