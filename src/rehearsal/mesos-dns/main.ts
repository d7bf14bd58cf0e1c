import { formatError, LabError } from "../../errors.ts";
import { masterInStore } from "../marathon/start.ts";
import { logLine } from "../mesos/log.ts";
import type { Running } from "../running.ts";
import { parseZooKeeperUrl } from "../store/zookeeper-url.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";
import { readMesosDnsOptions } from "./config.ts";
import { startMesosDns } from "./start.ts";

/**
 * Starts the stand-in with Mesos-DNS' flags and its config.json. Ends the process when no master leads in time, as
 * Mesos-DNS does, and when it loses its ZooKeeper session.
 * @throws LabError `usage` for a wrong flag or file.
 */
export async function run(
  argv: readonly string[],
  _env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  const { callers } = around;
  const config = readMesosDnsOptions(argv);
  const log = logLine("mesos-dns");
  if (config.zk === "") return startMesosDns({ config, callers, log });
  const { servers, path } = parseZooKeeperUrl(config.zk);
  const store = await around.openStore(servers);
  const exit = (reason: LabError) => {
    process.stderr.write(`${formatError(reason)}\n`);
    process.exit(reason.exitCode);
  };
  store.onSessionLost(() => exit(new LabError("zookeeper-lost", "Mesos-DNS lost its ZooKeeper session")));
  const running = await startMesosDns({
    config,
    callers,
    followMaster: masterInStore(store, path),
    log,
    onExit: exit,
  });
  return {
    url: running.url,
    close: async () => {
      await running.close();
      await store.close();
    },
  };
}
