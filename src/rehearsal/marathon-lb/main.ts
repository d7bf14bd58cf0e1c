import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HaproxyProcess } from "../haproxy/process.ts";
import { logLine } from "../mesos/log.ts";
import type { Running } from "../running.ts";
import { inContainer, type Surroundings } from "../surroundings.ts";
import { readMarathonLbOptions } from "./options.ts";
import { startMarathonLb } from "./start.ts";

/** Fixed inside marathon-lb's image. */
const ports = { admin: 9090, apps: 9091, vhosts: 80 };

/** Where marathon-lb's image looks for templates. */
const templates = "/marathon-lb/templates";

/**
 * Starts the stand-in with marathon-lb's arguments, environment and templates, and HAProxy on its ports.
 * @throws LabError `usage` for an argument that is wrong.
 */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  const options = readMarathonLbOptions(argv, env);
  const log = logLine("marathon-lb");
  const runFolder = around.haproxy?.runFolder ?? (await mkdtemp(join(tmpdir(), "mlb-")));
  const [vhosts, apps] = await Promise.all(
    ["HAPROXY_HTTP_FRONTEND_HEAD", "HAPROXY_HTTP_FRONTEND_APPID_HEAD"].map((name) =>
      readFile(join(templates, name), "utf8").catch(() => undefined),
    ),
  );
  const running = await startMarathonLb({
    options,
    binding: around.binding ?? {
      address: "*",
      ...ports,
      vhosts: options.bindHttp ? ports.vhosts : undefined,
      heads: { ...(vhosts !== undefined && { vhosts }), ...(apps !== undefined && { apps }) },
    },
    haproxy: new HaproxyProcess({
      ...(around.haproxy ?? { outputPath: join(runFolder, "haproxy.cfg"), runFolder }),
      log,
    }),
    log,
  });
  return {
    url: running.url,
    close: async () => {
      await running.close();
      if (around.haproxy === undefined) await rm(runFolder, { recursive: true, force: true });
    },
  };
}
