import { exitCodes, formatError, LabError } from "../errors.ts";
import type { Running } from "./running.ts";

interface StandIn {
  run(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Running>;
}

/** Each is loaded only when it is the one to run. */
const standIns: Readonly<Record<string, () => Promise<StandIn>>> = {
  "mesos-master": () => import("./mesos-master/main.ts"),
  "mesos-agent": () => import("./mesos-agent/main.ts"),
  marathon: () => import("./marathon/main.ts"),
  bamboo: () => import("./bamboo/main.ts"),
  "mesos-dns": () => import("./mesos-dns/main.ts"),
  "marathon-lb": () => import("./marathon-lb/main.ts"),
};

/** How long a stand-in may take to stop; `docker stop` waits 10 s before it kills. */
const closeLimitMs = 8_000;

async function main(argv: readonly string[]): Promise<void> {
  const [name = "", ...flags] = argv;
  const load = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
  if (load === undefined) {
    throw new LabError(name === "" ? "which stand-in?" : `no stand-in is called ${JSON.stringify(name)}`, {
      exitCode: exitCodes.usage,
      remedy: [`main.js <${Object.keys(standIns).join("|")}> [flags]`],
    });
  }
  let running: Running | undefined;
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(exitCodes.tool), closeLimitMs).unref();
    void Promise.resolve(running?.close()).finally(() => process.exit(exitCodes.ok));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  running = await (await load()).run(flags, process.env);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(error instanceof LabError ? error.exitCode : exitCodes.bug);
});
