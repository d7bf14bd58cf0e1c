import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatError, LabError } from "../../errors.ts";
import type { Running } from "../running.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";
import { readBambooOptions } from "./options.ts";
import type { TrafficProxy } from "./proxy.ts";
import { startBamboo } from "./start.ts";

/**
 * Starts the stand-in with Bamboo's environment, and HAProxy on port 80. Ends the process when it loses ZooKeeper:
 * its supervisor is the container's restart policy.
 * @throws LabError `usage` for an argument or a variable that is wrong.
 */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  if (argv.length > 0)
    throw new LabError("stand-in-misused", `Bamboo takes no arguments here: ${argv.join(" ")}`, {
      remedy: [
        "set MARATHON_ENDPOINT, BAMBOO_ENDPOINT, BAMBOO_ZK_HOST, BAMBOO_ZK_PATH, BIND and CONFIG_PATH",
      ],
    });
  const options = readBambooOptions(env);
  const log = (line: string) => process.stderr.write(`bamboo: ${line}\n`);
  if (env.HAPROXY_RELOAD_CMD) log("HAPROXY_RELOAD_CMD is not used: the rehearsal reloads HAProxy on its own");
  const store = await around.openStore(options.zkHost, { log });
  store.onSessionLost(() => {
    const reason = new LabError("zookeeper-lost", "Bamboo lost its ZooKeeper session");
    process.stderr.write(`${formatError(reason)}\n`);
    process.exit(reason.exitCode);
  });
  const { proxy, remove } = around.trafficProxy
    ? { proxy: around.trafficProxy, remove: async () => {} }
    : await ownHaproxy(options.haproxyOutputPath, log);
  const { marathonEndpoints, bambooEndpoint, listen, zkPath: folder } = options;
  const running = await startBamboo({
    ...{ marathonEndpoints, bambooEndpoint, listen, store, folder, proxy, log },
    callers: around.callers,
  });
  return {
    url: running.url,
    close: async () => {
      await running.close();
      await store.close();
      await remove();
    },
  };
}

async function ownHaproxy(outputPath: string, log: (line: string) => void) {
  const runFolder = await mkdtemp(join(tmpdir(), "bamboo-"));
  const { HaproxyProcess } = await import("./haproxy-process.ts");
  const proxy: TrafficProxy = new HaproxyProcess({ bind: "*:80", outputPath, runFolder, log });
  return { proxy, remove: () => rm(runFolder, { recursive: true, force: true }) };
}
