import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { endMarked } from "./marked.ts";
import { folderMark, type LauncherState, type Plan, type PlannedService, type ServiceState } from "./plan.ts";
import { markOf } from "./process-mark.ts";
import { openFileStore } from "./store-file.ts";
import type { ToStore } from "./store-messages.ts";
import { StoreServer } from "./store-server.ts";

/**
 * The one process of an embedded lab that the others hang on: starts its services all at once, starts again what ends
 * by itself (as Docker's restart policy does), and has the store that they share. The services end when it ends,
 * however it ends: the channel between them closes.
 */

/** Between the end of a service and its next start: at once, then doubling while it does not become ready. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** How long the services may take to stop. */
const stopLimitMs = 5_000;
/** How soon it is noticed that the lab's folder was removed by hand: nothing could find its processes any more. */
const folderLookMs = 1_000;
/** A small young generation: these processes live long and allocate little. */
const nodeFlags = ["--max-semi-space-size=1"];

const planFile = process.argv[2] ?? "";
const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
const store = openFileStore(plan.storeFile);
const states: Record<string, ServiceState> = {};
const children = new Map<string, ChildProcess>();
const own = markOf(process.pid) ?? { pid: process.pid, startedAt: "" };
let stopping = false;

for (const service of plan.services) start(service, 0);
setInterval(() => {
  if (!existsSync(planFile)) stop();
}, folderLookMs);
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// A terminal that closes is no reason to end the lab.
process.on("SIGHUP", () => {});

function start(service: PlannedService, failures: number): void {
  if (stopping) return;
  const log = openSync(service.log, "a");
  const entry = fileURLToPath(new URL(`service${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, ...nodeFlags, entry, planFile, service.id], {
    stdio: ["ignore", log, log, "ipc"],
    env: { ...process.env, [folderMark]: plan.folder },
  });
  closeSync(log);
  children.set(service.id, child);
  const session = new StoreServer(
    () => store.openSession(),
    (message) => {
      if (child.connected) child.send(message, () => {});
    },
  );
  let isReady = false;
  const process_ = child.pid === undefined ? undefined : markOf(child.pid);
  const tell = (ready: boolean) => {
    isReady = ready;
    const counted = ready ? 0 : failures;
    setState(service.id, {
      ...(process_ === undefined ? {} : { process: process_ }),
      ready,
      failures: counted,
    });
  };
  tell(false);
  child.on("message", (message: ToStore | { type: "ready" }) => {
    if (message.type === "ready") tell(true);
    else session.receive(message);
  });
  child.on("error", () => {});
  child.once("exit", (code, signal) => {
    session.end();
    children.delete(service.id);
    if (stopping) return;
    const count = isReady ? 1 : failures + 1;
    setState(service.id, { ready: false, failures: count });
    const pauseMs = isReady ? 0 : Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
    say(`${service.id} ended (${signal ?? `exit code ${code}`}); starting it again in ${pauseMs} ms`);
    setTimeout(() => start(service, isReady ? 0 : count), pauseMs);
  });
}

function setState(id: string, state: ServiceState): void {
  states[id] = state;
  if (!existsSync(planFile)) return;
  const all: LauncherState = { launcher: own, services: states };
  writeFileSync(`${plan.stateFile}.new`, JSON.stringify(all));
  renameSync(`${plan.stateFile}.new`, plan.stateFile);
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  for (const child of children.values()) child.kill("SIGTERM");
  const limit = setTimeout(() => {
    for (const child of children.values()) child.kill("SIGKILL");
  }, stopLimitMs);
  const look = setInterval(() => {
    if (children.size > 0) return;
    clearInterval(look);
    clearTimeout(limit);
    store.close();
    // What left the group of its task, or was a killed agent's.
    void endMarked({ [folderMark]: plan.folder }).finally(() => process.exit(0));
  }, 10);
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} launcher: ${line}\n`);
}
