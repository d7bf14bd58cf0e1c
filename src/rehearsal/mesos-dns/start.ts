import { LabError } from "../../errors.ts";
import type { Callers } from "../http/callers.ts";
import { listen } from "../http/server.ts";
import type { FollowMaster } from "../marathon/start.ts";
import type { Running } from "../running.ts";
import type { Zone } from "./answer.ts";
import { mesosDnsApi } from "./api.ts";
import type { MesosDnsConfig } from "./config.ts";
import { forwarder } from "./forward.ts";
import { Records, recordsOf } from "./records.ts";
import { respond } from "./respond.ts";
import { type DnsServer, serveDns } from "./server.ts";
import { fetchState } from "./source.ts";

export interface StartMesosDns {
  readonly config: MesosDnsConfig;
  /** Who leads; without it the masters of the configuration are asked. */
  readonly followMaster?: FollowMaster;
  /** The names under which clients may call the HTTP API; absent: any. */
  readonly callers?: Callers | undefined;
  readonly log?: (line: string) => void;
  /** Called when no leader was found in time: Mesos-DNS ends then. */
  readonly onExit?: (reason: LabError) => void;
}

export interface RunningMesosDns extends Running {
  /** Where it answers DNS, over UDP and TCP; undefined with `dnsOn` false. */
  readonly dnsPort: number | undefined;
  /** Resolves when the names are those of now, or asking for them has failed. */
  refresh(): Promise<void>;
}

/**
 * The rehearsal stand-in of Mesos-DNS 0.5.2: names for the leading master, the agents and the running tasks.
 * While no master answers it keeps the names it has.
 * @throws LabError when a port cannot be bound.
 */
export async function startMesosDns(start: StartMesosDns): Promise<RunningMesosDns> {
  const { config } = start;
  const log = start.log ?? ((line: string) => process.stderr.write(`mesos-dns: ${line}\n`));
  const ending = new AbortController();
  let zone: Zone = { config, records: new Records(), serial: seconds() };
  let leader: string | undefined;
  let said = "";
  const say = (line: string) => {
    if (line !== said) log(line);
    said = line;
  };

  const load = async (): Promise<void> => {
    const masters = [...new Set([...(leader === undefined ? [] : [leader]), ...config.masters])];
    try {
      const state = await fetchState(masters, ending.signal, config.stateTimeoutSeconds * 1_000);
      zone = { config, records: recordsOf(state, config), serial: Math.max(seconds(), zone.serial) };
      say(`names are those of ${state.leader}`);
    } catch (error) {
      if (!ending.signal.aborted) say(`the names stay as they are: ${(error as Error).message}`);
    }
  };
  let loading: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    // One that is under way may have asked before the change: another one follows it.
    const mine = (loading ?? Promise.resolve()).then(load).finally(() => {
      if (loading === mine) loading = undefined;
    });
    loading = mine;
    return mine;
  };

  const forward = config.externalOn ? forwarder(config.resolvers, config.timeout * 1_000) : undefined;
  const dns: DnsServer | undefined = config.dnsOn
    ? await serveDns({ host: config.listener, port: config.port }, (message, transport) =>
        respond(message, transport, zone, forward),
      )
    : undefined;
  const http = await serveApi(config, () => zone, start.callers).catch(async (error) => {
    await dns?.close();
    throw error;
  });

  const stopFollowing = start.followMaster?.((next) => {
    leader = next;
    if (next !== undefined) void refresh();
  });
  if (start.followMaster === undefined) void refresh();
  const timer = setInterval(() => {
    // A master that hangs must not pile up questions.
    if (loading === undefined) void refresh();
  }, config.refreshSeconds * 1_000);
  const patience = start.followMaster === undefined ? 0 : config.zkDetectionTimeout;
  const detection = setTimeout(() => {
    if (patience === 0 || leader !== undefined) return;
    const reason = `no leading master within ${patience} s`;
    start.onExit?.(
      new LabError("zookeeper-lost", reason, { remedy: ["start it again once a master leads"] }),
    );
  }, patience * 1_000);

  return {
    url: http?.url ?? "",
    dnsPort: dns?.port,
    refresh,
    close: async () => {
      clearInterval(timer);
      clearTimeout(detection);
      stopFollowing?.();
      ending.abort();
      await loading;
      await http?.close();
      await dns?.close();
    },
  };
}

async function serveApi(
  config: MesosDnsConfig,
  zone: () => Zone,
  callers: Callers | undefined,
): Promise<Running | undefined> {
  if (!config.httpOn) return undefined;
  return listen(mesosDnsApi(zone), { host: config.httpListener, port: config.httpPort, callers });
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
