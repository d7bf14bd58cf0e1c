import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { digestOf, type LauncherState, type Plan } from "../../rehearsal/embedded/plan.ts";
import { readIfThere } from "../../tools/files.ts";
import { type Launcher, planText } from "./processes.ts";
import { launcherState } from "./state.ts";

const pollMs = 10;
/** A service that fails as often as this before it was ready does not come up by itself. */
const failuresInVain = 4;
/** For this long nothing may have happened: no processor time used, no line logged, nothing become ready. */
const standstillMs = 30_000;
/** However busy the host is. */
const longestMs = 900_000;
/** Between two looks at what the processes have used. */
const lookMs = 1_000;

/**
 * Waits until every service has opened its ports. A busy host is no broken lab: what still makes progress is waited for.
 * @throws LabError `tool` with the last lines of a service that ends again and again, or stands still.
 */
export async function untilReady(
  plan: Plan,
  launcher: Launcher,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const digest = digestOf(planText(plan));
  const begin = performance.now();
  let progress = "";
  let since = begin;
  let looked = 0;
  for (;;) {
    const state = launcherState(plan.folder);
    const states = state?.services ?? {};
    const isTakenIn = state?.plan === digest;
    const waiting = [...plan.programs, ...plan.services].filter(({ id }) => states[id]?.ready !== true);
    if (waiting.length === 0 && isTakenIn) return;
    if (launcher.ended !== undefined)
      throw notUp(`the lab's launcher ended as soon as it was started (${launcher.ended})`, launcher.log);
    const inVain = waiting.find(({ id }) => (states[id]?.failures ?? 0) >= failuresInVain);
    if (inVain !== undefined) throw notUp(`${inVain.id} ends as soon as it is started`, inVain.log);
    const now = performance.now();
    if (now - looked > lookMs) {
      looked = now;
      const found = progressOf(
        state,
        waiting.map(({ log }) => log),
      );
      if (found !== progress) since = now;
      progress = found;
    }
    const seconds = Math.round((now - begin) / 1000);
    const slow = now - begin > standstillMs ? ` (this host is busy: ${seconds} s)` : "";
    // A launcher that has told nothing has started nothing: its parts are not to blame.
    const late = state === undefined ? [] : waiting;
    const { id, log } = late[0] ?? { id: "the launcher", log: launcher.log };
    say(`waiting for ${late.map((each) => each.id).join(", ") || id}${slow}`);
    if (now - since > standstillMs)
      throw notUp(`${id} is not ready, and has stood still for ${standstillMs / 1000} s`, log);
    if (now - begin > longestMs) throw notUp(`${id} is not ready after ${longestMs / 1000} s`, log);
    if (signal.aborted) throw new LabError("interrupted", "interrupted while starting the lab");
    await sleep(pollMs);
  }
}

/** Changes as long as something goes on: processor time, logs, what is ready. */
function progressOf(state: LauncherState | undefined, logs: readonly string[]): string {
  const services = Object.entries(state?.services ?? {});
  return JSON.stringify([
    services.map(([id, { process, ready, failures }]) => [id, ready, failures, cpuTicks(process?.pid)]),
    logs.map((log) => statSync(log, { throwIfNoEntry: false })?.size),
    cpuTicks(state?.launcher.pid),
  ]);
}

/** Of Linux: user and system time of a process, in clock ticks. */
function cpuTicks(pid: number | undefined): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .join(" ");
  } catch {
    return "";
  }
}

function notUp(message: string, log: string): LabError {
  return new LabError("part-not-ready", message, {
    details: [lastLines(log), `log: ${log}`],
    remedy: ["npx mesos-lab destroy, then create it again: ports that are taken by then are replaced"],
  });
}

/** The last lines of a file, as many as fit a message. */
export function lastLines(path: string, count = 20): string {
  return (readIfThere(path) ?? "").trimEnd().split("\n").slice(-count).join("\n");
}
