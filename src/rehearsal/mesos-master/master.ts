import type { LabError } from "../../errors.ts";
import type { Callers } from "../http/callers.ts";
import { listen } from "../http/server.ts";
import { makeMasterInfo } from "../mesos/master-info.ts";
import type { Running } from "../running.ts";
import type { Store } from "../store/store.ts";
import { Agents } from "./agents.ts";
import { allocate } from "./allocator.ts";
import { Cluster } from "./cluster.ts";
import { Election } from "./election.ts";
import { Frameworks, heartbeatSeconds } from "./frameworks.ts";
import { masterRoutes } from "./routes.ts";

export interface MasterOptions {
  /** The address that is advertised. */
  readonly ip: string;
  /** The address that is bound; default: the advertised one. */
  readonly bindIp?: string;
  readonly port: number;
  readonly hostname: string;
  /** Where masters elect their leader; absent for a master that stands alone. */
  readonly election?: {
    readonly openStore: (signal: AbortSignal) => Promise<Store>;
    readonly path: string;
    readonly quorum: number;
  };
  readonly allocationIntervalMs?: number;
  readonly slavePingTimeoutMs?: number;
  readonly maxSlavePingTimeouts?: number;
  readonly registryFetchTimeoutMs?: number;
  /** The names under which clients may call; absent: any. */
  readonly callers?: Callers | undefined;
  /** Shown in state.json. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** Called when the master has to end, such as a leader that lost its session; it has stopped serving by then. */
  readonly onFatal: (error: LabError) => void;
}

/** Starts a stand-in for the Mesos master: elected, offering, and rebuilt from what agents and frameworks tell it. */
export async function startMesosMaster(options: MasterOptions): Promise<Running> {
  const { ip, port, hostname, log = () => {}, flags = {} } = options;
  const started = { at: Date.now(), since: performance.now() };
  const pings = {
    intervalMs: options.slavePingTimeoutMs ?? 15_000,
    maxMissed: options.maxSlavePingTimeouts ?? 5,
  };
  const info = makeMasterInfo(hostname, ip, port);
  const cluster = new Cluster(info.id);

  let wanted: NodeJS.Immediate | undefined;
  const onChange = () => {
    wanted ??= setImmediate(() => {
      wanted = undefined;
      if (election.serving) allocate(cluster);
    });
  };
  const election: Election = new Election({
    info,
    ...(options.election === undefined ? {} : { openStore: options.election.openStore }),
    path: options.election?.path ?? "/",
    quorum: options.election?.quorum ?? 1,
    registryFetchTimeoutMs: options.registryFetchTimeoutMs ?? 60_000,
    log,
    onFatal: options.onFatal,
    onChange,
  });
  const agents = new Agents(cluster, pings, onChange);
  const frameworks = new Frameworks(cluster, onChange);
  const knowsAll = () => election.leadingMs > pings.intervalMs * pings.maxMissed;
  const routes = masterRoutes({
    cluster,
    election,
    info,
    flags,
    started,
    agents,
    frameworks,
    knowsAll,
    onChange,
  });
  const server = await listen(routes, {
    host: options.bindIp ?? ip,
    port,
    callers: options.callers,
  });
  const timers = [
    setInterval(onChange, options.allocationIntervalMs ?? 1_000),
    setInterval(() => agents.ping(), pings.intervalMs),
    setInterval(() => frameworks.heartbeat(), heartbeatSeconds * 1_000),
  ];
  election.start();
  log(`Master ${info.id} (${hostname}) started on ${ip}:${port}`);
  return {
    url: server.url,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      if (wanted !== undefined) clearImmediate(wanted);
      await Promise.all([election.close(), server.close()]);
      frameworks.close();
    },
  };
}
