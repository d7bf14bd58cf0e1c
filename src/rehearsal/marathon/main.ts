import { formatError } from "../../errors.ts";
import type { Running } from "../running.ts";
import { parseZooKeeperUrl } from "../store/zookeeper-url.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";
import { readMarathonOptions } from "./options.ts";
import { fixedMaster, masterInStore, startMarathon } from "./start.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts the stand-in with Marathon's flags and variables. Waits for ZooKeeper before it opens its port, and ends the
 * process when it loses its session, both as Marathon does.
 * @throws LabError `usage` for a wrong flag.
 */
export async function run(
  argv: readonly string[],
  env: Environment,
  around: Surroundings = inContainer,
): Promise<Running> {
  const read = readMarathonOptions(argv, env);
  // As with libprocess: the address to be reached under, where no name was given.
  const given = argv.some((word) => /^--hostname(=|$)/.test(word)) || env.MARATHON_HOSTNAME !== undefined;
  const options = { ...read, hostname: given ? read.hostname : (env.LIBPROCESS_IP ?? read.hostname) };
  const { servers, path } = parseZooKeeperUrl(options.zk);
  const session = { sessionTimeoutMs: options.zkSessionTimeoutMs };
  const store = await around.openStore(servers, session);
  const mesos = options.master.startsWith("zk://") ? parseZooKeeperUrl(options.master) : undefined;
  const mesosStore =
    mesos === undefined || mesos.servers === servers ? store : await around.openStore(mesos.servers);
  const running = await startMarathon({
    options,
    store,
    folder: path === "/" ? "" : path,
    callers: around.callers,
    libprocessIp: env.LIBPROCESS_IP,
    followMaster: mesos === undefined ? fixedMaster(options.master) : masterInStore(mesosStore, mesos.path),
    onExit: (reason) => {
      process.stderr.write(`${formatError(reason)}\n`);
      process.exit(reason.exitCode);
    },
  });
  return {
    url: running.url,
    close: async () => {
      await running.close();
      await store.close();
      if (mesosStore !== store) await mesosStore.close();
    },
  };
}
