import type { Execution, StatusWords } from "./execution.ts";
import type { Fetcher } from "./fetcher.ts";
import { watchHealth } from "./health-check.ts";
import { giveTo, makeSandbox, sayIn } from "./sandbox.ts";
import { killedBeforeStart, launchFailure, type Started, type TaskRunner } from "./task-runner.ts";
import type { TaskUser, TaskUsers } from "./task-users.ts";

export interface RunParts {
  readonly runners: readonly TaskRunner[];
  readonly fetcher: Fetcher;
  readonly users: TaskUsers;
  readonly hostname: string;
  /** `slave(1)@ip:port` */
  readonly agentPid: string;
  readonly agentId: string;
  readonly onLaunchError: () => void;
  /** Told what happens to the task before its end. */
  readonly report: (words: StatusWords) => void;
}

/** Runs a task from its sandbox to the end of all that it has started. @returns how it ended */
export async function runTask(execution: Execution, parts: RunParts): Promise<StatusWords> {
  let user: TaskUser | undefined;
  try {
    user = await parts.users.take(execution.info.command?.user);
  } catch (error) {
    parts.onLaunchError();
    return launchFailure((error as Error).message);
  }
  try {
    return await runAs(user, execution, parts);
  } finally {
    await parts.users.release(user);
  }
}

async function runAs(
  user: TaskUser | undefined,
  execution: Execution,
  parts: RunParts,
): Promise<StatusWords> {
  const { info, frameworkId, framework, containerId, directory, kill } = execution;
  const { runners, fetcher, hostname, agentPid, agentId, report } = parts;
  const runner = runners.find((candidate) => candidate.accepts(info));
  if (runner === undefined) {
    parts.onLaunchError();
    const names = runners.map(({ name }) => name).join(", ");
    const message = `None of the enabled containerizers (${names}) could create a container for the task`;
    return { state: "TASK_FAILED", message, reason: "REASON_COMMAND_EXECUTOR_FAILED" };
  }
  await makeSandbox(directory);
  try {
    await fetcher.fetch(info.command?.uris ?? [], directory, kill.signal, user);
    if (user !== undefined) await giveTo(user, directory);
  } catch {
    if (kill.signal.aborted) return killedBeforeStart;
    parts.onLaunchError();
    return launchFailure(`Failed to fetch all URIs for container '${containerId}' with exit status: 256`);
  }
  const checkpoint = framework.checkpoint ?? false;
  const place = { agentId, agentPid, hostname, sandbox: directory, user };
  const task = { info, frameworkId, checkpoint, containerId, ...place };
  const over = new AbortController();
  let failedItsCheck = false;
  const onStarted = (started: Started) => {
    execution.pid = started.pid;
    report({ state: "TASK_RUNNING", ...wordsOf(started) });
    const { health_check } = info;
    if (health_check === undefined || started.beside === undefined) return;
    const onHealth = (healthy: boolean, last: boolean) => {
      void sayIn(directory, `Received task health update, healthy: ${healthy}`);
      report({ state: "TASK_RUNNING", healthy });
      failedItsCheck = last;
      if (last) kill.abort();
    };
    const watch = { beside: started.beside, sandbox: directory, report: onHealth, over: over.signal };
    // A sandbox that cannot be written to any more is an end of the checks, as the end of Mesos' helper would be.
    void watchHealth(health_check, watch).catch(() => {});
  };
  const end = await runner.run(task, onStarted, kill.signal);
  over.abort();
  return failedItsCheck ? { ...end, healthy: false } : end;
}

function wordsOf({ ip, message }: Started): Pick<StatusWords, "message" | "labels"> {
  return {
    ...(message === undefined ? {} : { message }),
    ...(ip === undefined
      ? {}
      : { labels: { labels: [{ key: "Docker.NetworkSettings.IPAddress", value: ip }] } }),
  };
}
