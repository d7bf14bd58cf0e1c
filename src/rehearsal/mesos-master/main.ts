import { exitCodes, formatError, type LabError } from "../../errors.ts";
import { advertisedAddress } from "../mesos/address.ts";
import { logLine } from "../mesos/log.ts";
import type { Running } from "../running.ts";
import { parseZooKeeperUrl } from "../store/zookeeper-url.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";
import { startMesosMaster } from "./master.ts";
import { readMasterOptions } from "./options.ts";

/** Starts a master as its environment and flags say. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  const { values, flags } = readMasterOptions(argv, env);
  const { ip, bindIp, hostname } = await advertisedAddress(values, env);
  const zk = values.zk === undefined ? undefined : parseZooKeeperUrl(values.zk);
  const log = logLine("mesos-master");
  return startMesosMaster({
    ip,
    bindIp,
    port: values.port,
    hostname,
    ...(zk === undefined
      ? {}
      : {
          election: {
            openStore: (signal) =>
              around.openStore(zk.servers, { sessionTimeoutMs: values.zk_session_timeout, log, signal }),
            path: zk.path,
            quorum: values.quorum ?? 1,
          },
        }),
    allocationIntervalMs: values.allocation_interval,
    slavePingTimeoutMs: values.slave_ping_timeout,
    maxSlavePingTimeouts: values.max_slave_ping_timeouts,
    registryFetchTimeoutMs: values.registry_fetch_timeout,
    callers: around.callers,
    flags,
    log,
    onFatal: (error) => end(error),
  });
}

/** A master that lost its leadership ends at once, as Mesos' does: its container's restart policy brings it back. */
function end(error: LabError): never {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(exitCodes.tool);
}
