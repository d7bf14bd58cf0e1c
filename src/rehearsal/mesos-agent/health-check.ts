import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandInfo, HealthCheckInfo } from "../mesos/api.ts";
import { type Program, runGroup } from "./process-group.ts";
import type { TaskUser } from "./task-users.ts";

/** How a command is run where a task runs. */
export type Beside = (command: CommandInfo) => {
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
  readonly user?: TaskUser | undefined;
};

export interface HealthWatch {
  readonly beside: Beside;
  /** Where the output of the checks goes. */
  readonly sandbox: string;
  /** @param last whether the task has failed so often that it has to be killed; no check comes after that */
  readonly report: (healthy: boolean, last: boolean) => void;
  /** The task has ended. */
  readonly over: AbortSignal;
}

/** An interval of 0 seconds is allowed, and means this. */
const shortestPauseMs = 100;

/**
 * Runs the check of a task again and again until the task is over, and tells what is new: the first success, each
 * failure, a success after failures. A failure within the grace period is none.
 */
export async function watchHealth(check: HealthCheckInfo, watch: HealthWatch): Promise<void> {
  const { command, delay_seconds = 15, interval_seconds = 10, grace_period_seconds = 10 } = check;
  const { consecutive_failures = 3, timeout_seconds = 20 } = check;
  if (command === undefined) return;
  const startedMs = performance.now();
  const output = await open(join(watch.sandbox, "stderr"), "a");
  const goesOn = { known: false, failures: 0 };
  try {
    await wait(delay_seconds * 1_000, watch.over);
    while (!watch.over.aborted) {
      const failure = await runOnce(command, timeout_seconds * 1_000, output, watch);
      if (watch.over.aborted) return;
      const inGrace = performance.now() - startedMs <= grace_period_seconds * 1_000;
      if (failure === undefined) {
        if (!goesOn.known || goesOn.failures > 0) watch.report(true, false);
        Object.assign(goesOn, { known: true, failures: 0 });
      } else if (!inGrace) {
        goesOn.failures += 1;
        await output.write(`#${goesOn.failures} check failed: ${failure}\n`);
        const last = goesOn.failures >= consecutive_failures;
        watch.report(false, last);
        if (last) return;
      }
      await wait(Math.max(interval_seconds * 1_000, shortestPauseMs), watch.over);
    }
  } finally {
    await output.close();
  }
}

/** Undefined when the check passes, else why it does not. */
async function runOnce(
  command: CommandInfo,
  timeoutMs: number,
  output: FileHandle,
  { beside, sandbox, over }: HealthWatch,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(timeoutMs);
  const { program, env, user } = beside(command);
  const exit = await runGroup(program, {
    cwd: sandbox,
    env,
    user,
    stdout: output.fd,
    stderr: output.fd,
    onStarted: () => {},
    kill: AbortSignal.any([over, late]),
    graceMs: 0,
  });
  if (late.aborted) return `Command check failed with reason: no end within ${timeoutMs / 1_000}secs`;
  if ("error" in exit) return exit.error;
  if ("signal" in exit) return `Health command check terminated with signal ${exit.signal}`;
  return exit.status === 0 ? undefined : `Health command check exited with status ${exit.status}`;
}

async function wait(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: over }).catch(() => {});
}
