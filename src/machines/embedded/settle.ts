import { withLeaving } from "../../lab/growth.ts";
import type { EmbeddedLab, EmbeddedRuns } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";
import { refuse } from "../../preflight/problem.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { movedPorts, ownAddresses, settleAddresses, type TryBind } from "./addresses.ts";
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
  if (running && before !== undefined) {
    const kept = await keepAddresses(lab, before);
    refuse(sharedServicePorts(kept));
    // Of what is open as before nothing new is to be said.
    return { lab: kept, notes: before.runs.shared ? [] : sharedNotes(kept) };
  }
  const settled = await decide(lab, folder.file("embedded"), before?.runs.zookeeper, tryBind, signal);
  refuse(sharedServicePorts(settled.lab));
  return settled;
}

/** The lab as an earlier run has settled it, with what was to leave it since and is still there. */
function recorded(folder: LabFolder): EmbeddedLab | undefined {
  const last = folder.recordedIfWhole();
  const lab = last && withLeaving(last, folder.leaving());
  const runs = lab?.runs;
  return lab && runs?.kind === "embedded" && runs.proxy !== undefined ? { ...lab, runs } : undefined;
}

/** What runs keeps its addresses and ports; what is new gets some beside them. */
async function keepAddresses(lab: EmbeddedLab, before: EmbeddedLab): Promise<EmbeddedLab> {
  const { shared: _, ...runs } = before.runs;
  const grown = { ...lab, runs: { ...runs, ...(lab.runs.shared && { shared: true as const }) } };
  const stays = new Set(lab.machines.map(({ name }) => name));
  const own = ownAddresses({ ...before, machines: before.machines.filter(({ name }) => stays.has(name)) });
  const bind: TryBind = async (ip, port, over) =>
    own.has(`${ip}:${port}`) ? "free" : tryBind(ip, port, over);
  return settleAddresses(grown, bind, before);
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
  notes.push(...sharedNotes(settled));
  if (hasZookeeper(settled) && !shared)
    notes.push("ZooKeeper does not tell its clients apart: every user of this computer can write to it");
  if (process.getuid?.() === 0) notes.push(tasksOfRoot(folder, shared === true));
  return { lab: settled, notes };
}

function sharedNotes(lab: EmbeddedLab): string[] {
  if (!lab.runs.shared) return [];
  const too = hasZookeeper(lab) ? ", and write to its ZooKeeper" : "";
  return [`the lab is shared: every user of this computer can call its services${too}`];
}

function tasksOfRoot(folder: string, shared: boolean): string {
  if (taskUsers(folder) === undefined) return "tasks run as root: this host lets root not change users";
  const named = shared ? "no app may name a `user`" : "an app with a `user` runs as that one";
  return `tasks run as users without rights, each as its own; ${named}`;
}

export function zookeeperWords(zookeeper: EmbeddedRuns["zookeeper"]): string {
  return zookeeper === "host" ? "this host's ZooKeeper" : "a store in their launcher for ZooKeeper";
}

/** What carries the traffic on this host. */
export function hostProxy(): "haproxy" | "built-in" {
  return isInstalled("haproxy") ? "haproxy" : "built-in";
}
