import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, LabError } from "../../errors.ts";
import { removeContainers } from "../../rehearsal/embedded/containers.ts";
import {
  folderMark,
  type LauncherState,
  type Plan,
  type ProcessMark,
} from "../../rehearsal/embedded/plan.ts";
import { isAlive } from "../../rehearsal/embedded/process-mark.ts";
import { bootIdFile } from "../../rehearsal/embedded/surroundings.ts";
import { programFile } from "../../rehearsal/own-files.ts";
import { endMarked } from "../../rehearsal/processes/marked.ts";
import { readIfThere } from "../../tools/files.ts";
import type { Bindable } from "./addresses.ts";

const pollMs = 10;
/** A service that fails as often as this before it was ready does not come up by itself. */
const failuresInVain = 4;
const readyLimitMs = 30_000;
/** A little more than what the launcher gives its services. */
const haltLimitMs = 7_000;

/** Takes a port for a moment. */
export function tryBind(ip: string, port: number, over: "tcp" | "udp" = "tcp"): Promise<Bindable> {
  return new Promise((resolve) => {
    const isFree = () => resolve("free");
    const server = over === "tcp" ? createServer() : createSocket("udp4");
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "EADDRNOTAVAIL") resolve("no-address");
      else resolve(code === "EACCES" ? "not-allowed" : "taken");
    });
    if ("bind" in server) server.bind(port, ip, () => server.close(isFree));
    else server.listen(port, ip, () => server.close(isFree));
  });
}

/** What the launcher of a lab has last said, or undefined where there has been none. */
export function launcherState(folder: string): LauncherState | undefined {
  const text = readIfThere(join(folder, "state.json"));
  return text === undefined ? undefined : (JSON.parse(text) as LauncherState);
}

/** The launcher's state, if that very launcher still runs. */
export function runningState(folder: string): LauncherState | undefined {
  const state = launcherState(folder);
  return state !== undefined && isAlive(state.launcher) ? state : undefined;
}

/** Starts a plan, detached from this process and its terminal. */
export function startLauncher(plan: Plan): void {
  for (const path of [plan.stateFile, ...plan.services.map(({ log }) => log)])
    mkdirSync(dirname(path), { recursive: true });
  const instances = plan.services.flatMap((service) => service.instances);
  for (const { machine } of instances) newBootId(plan.folder, machine, false);
  for (const { files = {} } of [...plan.programs, ...instances])
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  rmSync(plan.stateFile, { force: true });
  const planFile = join(plan.folder, "plan.json");
  writeFileSync(planFile, JSON.stringify(plan, undefined, 2));
  const log = openSync(join(plan.folder, "logs", "launcher.log"), "a");
  const child = spawn(process.execPath, [...process.execArgv, programFile("embedded/launcher"), planFile], {
    detached: true,
    cwd: plan.folder,
    stdio: ["ignore", log, log],
    env: { ...process.env, [folderMark]: plan.folder },
  });
  child.unref();
  closeSync(log);
}

/** An agent that finds another one than at its last start knows that its machine was started anew. */
export function newBootId(folder: string, machine: string, replace: boolean): void {
  const path = bootIdFile(folder, machine);
  if (!replace && readIfThere(path) !== undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, randomUUID());
}

/**
 * Waits until every service has opened its ports.
 * @throws LabError `tool` with the last lines of a service that ends again and again, or does not come up in time.
 */
export async function untilReady(
  plan: Plan,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const deadline = performance.now() + readyLimitMs;
  for (;;) {
    const states = launcherState(plan.folder)?.services ?? {};
    const waiting = [...plan.programs, ...plan.services].filter(({ id }) => states[id]?.ready !== true);
    const [first] = waiting;
    if (first === undefined) return;
    say(`waiting for ${waiting.map(({ id }) => id).join(", ")}`);
    const inVain = waiting.find(({ id }) => (states[id]?.failures ?? 0) >= failuresInVain);
    if (inVain !== undefined) throw notUp(`${inVain.id} ends as soon as it is started`, inVain.log);
    if (performance.now() > deadline)
      throw notUp(`${first.id} is not ready after ${readyLimitMs / 1000} s`, first.log);
    if (signal.aborted)
      throw new LabError("interrupted while starting the lab", { exitCode: exitCodes.interrupted });
    await sleep(pollMs);
  }
}

function notUp(message: string, log: string): LabError {
  return new LabError(message, {
    exitCode: exitCodes.tool,
    details: [lastLines(log), `log: ${log}`],
    remedy: ["npx mesos-lab destroy, then create it again: ports that are taken by then are replaced"],
  });
}

/** The last lines of a file, as many as fit a message. */
export function lastLines(path: string, count = 20): string {
  return (readIfThere(path) ?? "").trimEnd().split("\n").slice(-count).join("\n");
}

/** Ends everything of a lab: in good order where `orderly`, and whatever is left then. */
export async function endLab(folder: string, orderly: boolean): Promise<void> {
  const state = runningState(folder);
  if (state !== undefined && orderly) {
    signalTo(state.launcher.pid, "SIGTERM");
    await untilGone(state.launcher, haltLimitMs);
  }
  // The group first: a launcher must not start again what is ended one by one.
  if (state !== undefined && isAlive(state.launcher)) {
    signalTo(-state.launcher.pid, "SIGKILL");
    await untilGone(state.launcher, 1_000);
  }
  await endMarked({ [folderMark]: folder });
  await removeContainers({ [folderMark]: folder });
  rmSync(join(folder, "state.json"), { force: true });
}

/** Waits until a process is gone; returns whether it is. */
export async function untilGone(mark: ProcessMark, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isAlive(mark)) {
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already: that is what was wanted.
  }
}
