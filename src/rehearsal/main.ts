import { exitCodes, formatError, LabError } from "../errors.ts";
import type { Running } from "./running.ts";
import { standIns } from "./stand-ins.ts";

/** How long a stand-in may take to stop; `docker stop` waits 10 s before it kills. */
const closeLimitMs = 8_000;

async function main(argv: readonly string[]): Promise<void> {
  const [name = "", ...flags] = argv;
  const load = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
  if (load === undefined) {
    throw new LabError(
      "stand-in-misused",
      name === "" ? "which stand-in?" : `no stand-in is called ${JSON.stringify(name)}`,
      {
        remedy: [`main.js <${Object.keys(standIns).join("|")}> [flags]`],
      },
    );
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
