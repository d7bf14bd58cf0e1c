import { readFileSync } from "node:fs";
import { exitCodes, formatError, LabError } from "../../errors.ts";
import { endMarked } from "../processes/marked.ts";
import type { Running } from "../running.ts";
import type { Surroundings } from "../surroundings.ts";
import { folderMark, machineMark, type Plan, programMark, type StandInName } from "./plan.ts";
import { StoreClient } from "./store-client.ts";
import type { FromStore } from "./store-messages.ts";
import { surroundingsOf } from "./surroundings.ts";

/** One process of an embedded lab: the stand-ins that the plan names, which share the launcher's store. */

type Env = Readonly<Record<string, string | undefined>>;
interface StandIn {
  run(argv: readonly string[], env: Env, around: Surroundings): Promise<Running>;
}

/** Each process loads only what it runs. */
const standIns: Readonly<Record<StandInName, () => Promise<StandIn>>> = {
  "mesos-master": () => import("../mesos-master/main.ts"),
  "mesos-agent": () => import("../mesos-agent/main.ts"),
  marathon: () => import("../marathon/main.ts"),
  bamboo: () => import("../bamboo/main.ts"),
  "mesos-dns": () => import("../mesos-dns/main.ts"),
  "marathon-lb": () => import("../marathon-lb/main.ts"),
  "haproxy-marathon-bridge": () => import("../haproxy-marathon-bridge/main.ts"),
};

const closeLimitMs = 4_500;
let running: Promise<Running>[] = [];
let stopping = false;

main().catch((error) => {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(error instanceof LabError ? error.exitCode : exitCodes.bug);
});

async function main(): Promise<void> {
  const [planFile = "", id = ""] = process.argv.slice(2);
  const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
  const service = plan.services.find((one) => one.id === id);
  if (service === undefined || process.send === undefined)
    throw new LabError("started by hand: only the launcher of an embedded lab starts its services", {
      exitCode: exitCodes.usage,
    });
  const send = process.send.bind(process) as (message: unknown) => void;
  const store = new StoreClient(send);
  process.on("message", (message: FromStore) => store.receive(message));
  // The launcher is gone: whoever starts the lab again starts all of it.
  process.on("disconnect", () => {
    // With their sessions ended, as no other process would end them: programs know nothing of the launcher.
    stop(async () => {
      for (const { id: program } of plan.programs)
        await endMarked({ [folderMark]: plan.folder, [programMark]: program });
    });
  });
  process.on("SIGTERM", () => stop());
  process.on("SIGINT", () => stop());
  const { run } = await standIns[service.service]();
  running = service.instances.map(async ({ machine, args, env }) => {
    const own = { ...process.env, ...env, [machineMark]: machine };
    return run(args, own, await surroundingsOf(plan, service, own, () => store.open()));
  });
  await Promise.all(running);
  send({ type: "ready" });
}

function stop(atLast: () => Promise<void> = async () => {}): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(exitCodes.tool), closeLimitMs).unref();
  void Promise.all(running.map(async (one) => (await one).close()))
    .finally(atLast)
    .finally(() => process.exit(exitCodes.ok));
}
