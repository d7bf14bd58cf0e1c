import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { removeContainers } from "../../rehearsal/embedded/containers.ts";
import { folderMark, type Plan, planSignal } from "../../rehearsal/embedded/plan.ts";
import { bootIdFile } from "../../rehearsal/embedded/surroundings.ts";
import { programFile } from "../../rehearsal/own-files.ts";
import { endMarked } from "../../rehearsal/processes/marked.ts";
import { endUsers } from "../../rehearsal/processes/users.ts";
import { programEnvironment } from "../../tools/environment.ts";
import { readIfThere } from "../../tools/files.ts";
import { isAlive, type ProcessMark } from "../../tools/process-mark.ts";
import type { Bindable } from "./addresses.ts";
import { runningState } from "./state.ts";
import { makeSandboxFolder, taskUsers } from "./task-users.ts";

const pollMs = 10;
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

/** A launcher that this process has started. */
export interface Launcher {
  readonly log: string;
  /** How it ended, where it has. */
  readonly ended: string | undefined;
}

/** Starts a plan, detached from this process and its terminal. */
export function startLauncher(plan: Plan): Launcher {
  const planFile = writePlan(plan);
  rmSync(plan.stateFile, { force: true });
  const logFile = launcherLog(plan);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(process.execPath, [...process.execArgv, programFile("embedded/launcher"), planFile], {
    detached: true,
    cwd: plan.folder,
    stdio: ["ignore", log, log],
    env: programEnvironment({ [folderMark]: plan.folder }),
  });
  const launcher: { log: string; ended: string | undefined } = { log: logFile, ended: undefined };
  child.once("error", (error) => {
    launcher.ended = error.message;
  });
  child.once("exit", (code, signal) => {
    launcher.ended = signal ?? `exit code ${code}`;
  });
  child.unref();
  closeSync(log);
  return launcher;
}

/** Makes the launcher that runs change what differs in this plan. */
export function changePlan(plan: Plan, launcher: ProcessMark): Launcher {
  writePlan(plan);
  signalTo(launcher.pid, planSignal);
  return {
    log: launcherLog(plan),
    get ended() {
      return isAlive(launcher) ? undefined : "it is gone";
    },
  };
}

/** Writes everything that a launcher reads; returns the plan's path. */
function writePlan(plan: Plan): string {
  makeFolder(plan.folder);
  // State, logs and sandboxes are for nobody else; also of a lab that an earlier version has made.
  chmodSync(plan.folder, 0o700);
  if (plan.tasks !== undefined) makeSandboxFolder(plan.tasks.folder);
  for (const path of [plan.stateFile, ...plan.services.map(({ log }) => log)]) makeFolder(dirname(path));
  const instances = plan.services.flatMap((service) => service.instances);
  for (const { machine } of instances) newBootId(plan.folder, machine, false);
  for (const { files = {} } of [...plan.programs, ...instances])
    for (const [path, text] of Object.entries(files)) {
      makeFolder(dirname(path));
      writeFileSync(path, text, { mode: 0o600 });
    }
  const planFile = join(plan.folder, "plan.json");
  // As a whole or not at all: a launcher may read it at any time.
  writeFileSync(`${planFile}.new`, planText(plan), { mode: 0o600 });
  renameSync(`${planFile}.new`, planFile);
  return planFile;
}

function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

export function planText(plan: Plan): string {
  return JSON.stringify(plan, undefined, 2);
}

function launcherLog({ folder }: Plan): string {
  return join(folder, "logs", "launcher.log");
}

/** An agent that finds another one than at its last start knows that its machine was started anew. */
export function newBootId(folder: string, machine: string, replace: boolean): void {
  const path = bootIdFile(folder, machine);
  if (!replace && readIfThere(path) !== undefined) return;
  makeFolder(dirname(path));
  writeFileSync(path, randomUUID(), { mode: 0o600 });
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
  const users = taskUsers(folder);
  if (users !== undefined) await endUsers(users);
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
