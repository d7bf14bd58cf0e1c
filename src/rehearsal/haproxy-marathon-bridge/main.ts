import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { LabError } from "../../errors.ts";
import { HaproxyProcess } from "../haproxy/process.ts";
import type { Running } from "../running.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";

/** As the timer on a machine. */
const intervalMs = 5_000;
/** Until it has run for the first time: Marathon starts at the same moment. */
const firstIntervalMs = 300;
const scriptLimitMs = 60_000;

/**
 * What systemd does for haproxy-marathon-bridge on a machine: runs the script every few seconds, and HAProxy with the
 * configuration that it writes. Its argument is the script; MARATHONS, BIND and STATS_PORT are the script's.
 * @throws LabError `usage` without a place for HAProxy: on a machine there is systemd.
 */
export async function run(
  [script = ""]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  const { haproxy: place } = around;
  if (place === undefined)
    throw new LabError("stand-in-misused", "haproxy-marathon-bridge is a process in embedded labs only");
  let said = "";
  const log = (text: string) => {
    const line = text.trim();
    if (line !== "" && line !== said) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
    said = line;
  };
  const haproxy = new HaproxyProcess({ ...place, log });
  const ending = new AbortController();
  // HAProxy is not reloaded by the script, but right after it.
  const own = { ...env, CONFIG: place.outputPath, RELOAD: "true" };
  await mkdir(place.runFolder, { recursive: true });

  let hasRun = false;
  const turn = async (): Promise<void> => {
    const options = { env: own, signal: ending.signal, timeout: scriptLimitMs };
    const result = await promisify(execFile)("sh", [script], options).catch((error) => error);
    log(String(result.stderr));
    hasRun ||= !(result instanceof Error);
    // Where the script has failed, HAProxy runs with what an earlier run has written.
    const config = await readFile(place.outputPath, "utf8").catch(() => undefined);
    if (config !== undefined && !ending.signal.aborted) await haproxy.apply(config);
  };
  const turning = (async () => {
    while (!ending.signal.aborted) {
      await turn().catch(({ message, details = [] }) =>
        log(`haproxy-marathon-bridge: ${[message, ...details].join("; ")}`),
      );
      await sleep(hasRun ? intervalMs : firstIntervalMs, undefined, { signal: ending.signal }).catch(
        () => {},
      );
    }
  })();
  return {
    url: `http://${env.BIND}:${env.STATS_PORT}`,
    close: async () => {
      ending.abort();
      await Promise.all([turning, haproxy.close()]);
    },
  };
}
