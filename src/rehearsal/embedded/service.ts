import { readFileSync } from "node:fs";
import { exitCodes, formatError, LabError } from "../../errors.ts";
import { endMarked } from "../processes/marked.ts";
import type { Running } from "../running.ts";
import { standIns } from "../stand-ins.ts";
import {
  folderMark,
  type Instance,
  machineMark,
  type Plan,
  type PlannedService,
  programMark,
} from "./plan.ts";
import { StoreClient } from "./store-client.ts";
import type { FromStore, InstancesChanged } from "./store-messages.ts";
import { surroundingsOf } from "./surroundings.ts";

/** One process of an embedded lab: the stand-ins that the plan names, which share the launcher's store. */

const closeLimitMs = 4_500;
/** By the names of their machines. */
const running = new Map<string, Promise<Running>>();
let stopping = false;

// What cannot be logged is no reason to end: a disk may be full for a while.
process.stderr.on("error", () => {});
process.stdout.on("error", () => {});

main().catch(failed);

function failed(error: unknown): never {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(error instanceof LabError ? error.exitCode : exitCodes.bug);
}

async function main(): Promise<void> {
  const [planFile = "", id = ""] = process.argv.slice(2);
  const planned = () => {
    const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
    return { plan, service: plan.services.find((one) => one.id === id) };
  };
  const { plan, service } = planned();
  if (service === undefined || process.send === undefined)
    throw new LabError(
      "stand-in-misused",
      "started by hand: only the launcher of an embedded lab starts its services",
    );
  const send = process.send.bind(process) as (message: unknown) => void;
  const store = new StoreClient(send);
  process.on("message", (message: FromStore | InstancesChanged) => {
    if (message.type !== "instances") return store.receive(message);
    changes = changes.then(async () => {
      const now = planned();
      if (now.service !== undefined) await runAll(now.plan, now.service);
      send({ type: "ready" });
    });
    // As at the start: the launcher starts it again.
    changes.catch(failed);
  });
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
  const load = Object.hasOwn(standIns, service.service) ? standIns[service.service] : undefined;
  if (load === undefined)
    throw new LabError("stand-in-misused", `no stand-in is called ${JSON.stringify(service.service)}`);
  const { run } = await load();
  /** Ends the instances that are not planned any more, and starts those that are not there yet. */
  const runAll = async (now: Plan, { service: name, instances, ...rest }: PlannedService) => {
    const wanted = new Set(instances.map(({ machine }) => machine));
    const gone = [...running].filter(([machine]) => !wanted.has(machine));
    for (const [machine] of gone) running.delete(machine);
    const start = ({ machine, args, env }: Instance): void => {
      const own = { ...process.env, ...env, [machineMark]: machine };
      const around = surroundingsOf(now, { ...rest, service: name, instances }, own, () => store.open());
      const one = around.then((surroundings) => run(args, own, { ...surroundings, ...alone }));
      running.set(machine, one);
      // One that has to end takes no other with it: it alone is started again.
      const alone = instances.length > 1 && { onFatal: (error: LabError) => void again(error).catch(failed) };
      const again = async (error: LabError) => {
        process.stderr.write(`${formatError(error)}\n`);
        await (await one).close();
        if (!stopping && running.get(machine) === one) start({ machine, args, env });
      };
    };
    for (const instance of instances) if (!running.has(instance.machine)) start(instance);
    await Promise.all([...gone.map(async ([, one]) => (await one).close()), ...running.values()]);
  };
  let changes = runAll(plan, service);
  await changes;
  send({ type: "ready" });
}

function stop(atLast: () => Promise<void> = async () => {}): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(exitCodes.tool), closeLimitMs).unref();
  void Promise.all([...running.values()].map(async (one) => (await one).close()))
    .finally(atLast)
    .finally(() => process.exit(exitCodes.ok));
}
