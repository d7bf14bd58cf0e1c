import { takesFrameworks } from "../../claims/judge/joined-mesos.ts";
import { askForLeader } from "../../claims/leader.ts";
import { LabError } from "../../errors.ts";
import { labContext } from "../../probes/context.ts";
import type { MasterState } from "../../probes/mesos.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import { askZookeeper } from "../../probes/zookeeper.ts";
import { candidatePrefix } from "../../rehearsal/mesos/detector.ts";
import { parseMasterInfo } from "../../rehearsal/mesos/master-info.ts";
import type { Store } from "../../rehearsal/store/store.ts";
import { openZooKeeperStore } from "../../rehearsal/store/zookeeper-store.ts";
import { parseZooKeeperUrl } from "../../rehearsal/store/zookeeper-url.ts";

/** For ZooKeeper to take a session; an ensemble's servers are tried one after the other. */
const sessionMs = 10_000;
/** For one answer. */
const answerMs = 5_000;

export interface LiveMesos {
  /** `ip:port` of its masters; the one that leads is the first. */
  readonly masters: readonly string[];
  readonly state: MasterState;
}

/**
 * Asks ZooKeeper who leads, and the leader for its state.
 * @param zk `zk://host:2181,…/path`
 * @throws LabError `preflight` that tells which of the two does not answer and why; `interrupted` on abort.
 */
export async function findMesos(zk: string, signal: AbortSignal): Promise<LiveMesos> {
  const { servers, path } = parseZooKeeperUrl(zk);
  const masters = await mastersIn(servers, path, signal);
  const [leader] = masters as [string];
  const { openHttp } = await import("../../probes/http.ts");
  const http = openHttp();
  const context = labContext(http, signal, answerMs);
  try {
    const state = await askForLeader(context, leader);
    if (takesFrameworks(state.version)) return { masters, state };
    throw refusal(`the Mesos at ${zk} is ${state.version}: a lab joins 0.24 or later`, [
      "leave the Mesos out: the lab then makes one",
    ]);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    throw refusal(
      `the Mesos master that leads at ${zk} does not answer`,
      [`curl -i http://${leader}/master/health`, "start the masters with an --ip that this host can reach"],
      [error.message],
    );
  } finally {
    await http.close();
  }
}

async function mastersIn(servers: string, path: string, signal: AbortSignal): Promise<readonly string[]> {
  const store = await openSession(servers, signal);
  try {
    const names = await store.children(path);
    const candidates = names
      .filter((name) => name.startsWith(candidatePrefix))
      .sort((one, other) => numberOf(one) - numberOf(other));
    const infos = await Promise.all(candidates.map((name) => store.get(`${path}/${name}`)));
    const masters = infos.flatMap((text) => {
      const info = text === undefined ? undefined : parseMasterInfo(text);
      return info === undefined ? [] : [`${info.address.ip}:${info.address.port}`];
    });
    if (masters.length > 0) return masters;
    throw noMaster(servers, path, names, await store.children("/"));
  } finally {
    await store.close();
  }
}

async function openSession(servers: string, signal: AbortSignal): Promise<Store> {
  const limit = AbortSignal.timeout(sessionMs);
  try {
    const options = { signal: AbortSignal.any([signal, limit]), retryDelayMs: 100, log: () => {} };
    return await openZooKeeperStore(servers, options);
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    const each = servers.split(",").map(async (server) => {
      const [host = "", port] = server.split(":");
      const address = { host, port: Number(port) };
      const { mode } = await askZookeeper(address, { signal, timeoutMs: answerMs });
      return `${server}: ${mode}, but takes no session`;
    });
    const said = (await Promise.allSettled(each)).map((one) =>
      one.status === "fulfilled" ? one.value : String((one.reason as Error).message),
    );
    const [first = ""] = servers.split(",");
    throw refusal(
      `ZooKeeper at ${servers} takes no session within ${sessionMs / 1000} s`,
      [`echo srvr | nc ${first.replace(":", " ")}`],
      said,
    );
  }
}

function noMaster(servers: string, path: string, names: readonly string[], top: readonly string[]): LabError {
  if (names.some((name) => name.startsWith("info_")))
    return refusal(`the Mesos at zk://${servers}${path} is older than 0.24, which a lab cannot join`, [
      "leave the Mesos out: the lab then makes one",
    ]);
  const there = top.length === 0 ? "nothing" : top.map((name) => `/${name}`).join(" ");
  return refusal(
    `no Mesos master leads at zk://${servers}${path}`,
    [`the value of --zk with which the masters were started, like zk://${servers}/mesos`],
    [`below ${path}: ${names.join(" ") || "nothing"}`, `in this ZooKeeper: ${there}`],
  );
}

function refusal(message: string, remedy: readonly string[], details: readonly string[] = []): LabError {
  return new LabError("mesos-not-joinable", message, { remedy, details });
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}
