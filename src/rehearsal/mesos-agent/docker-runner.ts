import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../../errors.ts";
import { run } from "../../tools/exec.ts";
import {
  type ContainerOptions,
  containerName,
  execArguments,
  runArguments,
  unrunnable,
  withTag,
} from "./docker-arguments.ts";
import { endOf, runError } from "./docker-end.ts";
import { type DockerCli, stop, watchStart } from "./docker-watch.ts";
import type { Beside } from "./health-check.ts";
import { runGroup } from "./process-group.ts";
import { openOutput } from "./sandbox.ts";
import {
  killedBeforeStart,
  launchFailure,
  type Started,
  type TaskEnd,
  type TaskRunner,
  type TaskToRun,
} from "./task-runner.ts";

export interface DockerOptions extends DockerCli, ContainerOptions {
  /** A pull that takes longer fails the task: Mesos' executor would not have registered by then. */
  readonly pullTimeoutMs: number;
}

/**
 * Runs tasks with the Docker CLI, by the same calls as Mesos 0.24.
 * @throws LabError `preflight` when the CLI is missing or does not work.
 */
export async function dockerRunner(options: DockerOptions): Promise<TaskRunner> {
  const { docker } = options;
  try {
    await run({ file: docker, args: ["--version"] }, { timeoutMs: 5_000, killAfterMs: 1_000 });
  } catch (cause) {
    throw new LabError(
      "stand-in-host",
      "Failed to create a containerizer: Could not create DockerContainerizer: no Docker CLI",
      {
        details: [cause instanceof Error ? cause.message : String(cause)],
        remedy: [`set MESOS_DOCKER to a Docker CLI that runs here, or MESOS_CONTAINERIZERS=mesos`],
        cause,
      },
    );
  }
  return {
    name: "docker",
    accepts: (info) => info.container?.type === "DOCKER" && info.container.docker?.image !== undefined,
    run: (task, onStarted, kill) => runContainer(options, task, onStarted, kill),
    recover: async (agentId) => {
      const filter = ["ps", "-a", "--filter", `name=mesos-${agentId}.`, "--format", "{{.Names}}"];
      const { stdout } = await run({ file: docker, args: filter }, { timeoutMs: 30_000 });
      // Docker's filter is a pattern that matches anywhere; only what begins so is ours.
      const names = stdout.split("\n").filter((name) => name.startsWith(`mesos-${agentId}.`));
      if (names.length > 0) await run({ file: docker, args: ["rm", "-f", ...names] }, { timeoutMs: 60_000 });
    },
  };
}

async function runContainer(
  options: DockerOptions,
  task: TaskToRun,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
): Promise<TaskEnd> {
  const failure = await ensureImage(options, task, kill);
  if (kill.aborted) return killedBeforeStart;
  if (failure !== undefined) return failure;
  const output = await openOutput(task, "docker executor");
  try {
    if (kill.aborted) return killedBeforeStart;
    const wrong = unrunnable(task);
    if (wrong !== undefined) return runError(wrong);
    return await watchedRun(options, task, output, onStarted, kill);
  } finally {
    await output.close();
  }
}

async function watchedRun(
  options: DockerOptions,
  task: TaskToRun,
  output: { readonly stdout: number; readonly stderr: number; say(line: string): Promise<void> },
  onStarted: (started: Started) => void,
  kill: AbortSignal,
): Promise<TaskEnd> {
  const name = containerName(task);
  // The client goes with the container; it is given up only where the container cannot be stopped.
  const client = new AbortController();
  const over = new AbortController();
  const onKill = () => {
    void output.say("Killing docker task\nShutting down");
    void stop(options, name, over.signal, () => client.abort());
  };
  kill.addEventListener("abort", onKill, { once: true });
  const env = process.env as Record<string, string>;
  const beside: Beside = (command) => ({
    program: { file: options.docker, args: execArguments(name, command) },
    env,
  });
  void watchStart(options, name, (started) => onStarted({ ...started, beside }), over.signal);
  try {
    const exit = await runGroup(
      { file: options.docker, args: runArguments(task, options) },
      {
        cwd: task.sandbox,
        env,
        stdout: output.stdout,
        stderr: output.stderr,
        onStarted: () => {},
        kill: client.signal,
      },
    );
    return endOf(exit, kill.aborted);
  } finally {
    over.abort();
    kill.removeEventListener("abort", onKill);
  }
}

/** Undefined when the image is there. */
async function ensureImage(
  options: DockerOptions,
  task: TaskToRun,
  kill: AbortSignal,
): Promise<TaskEnd | undefined> {
  const docker = task.info.container?.docker;
  const image = withTag(docker?.image ?? "");
  const pull = { file: options.docker, args: ["pull", image] };
  try {
    if (docker?.force_pull_image !== true) {
      const found = await run(
        { file: options.docker, args: ["inspect", image] },
        { accept: "any", signal: kill },
      );
      if (found.exitCode === 0) return undefined;
    }
    const pulled = await run(pull, {
      accept: "any",
      signal: kill,
      killAfterMs: 3_000,
      timeoutMs: options.pullTimeoutMs,
    });
    await appendFile(join(task.sandbox, "stdout"), pulled.stdout);
    if (pulled.exitCode === 0) return undefined;
    await appendFile(join(task.sandbox, "stderr"), pulled.stderr);
    const status = `exited with status ${pulled.exitCode}`;
    return launchFailure(
      `Failed to '${pull.file} ${pull.args.join(" ")}': exit status = ${status} stderr = ${pulled.stderr}`,
    );
  } catch (error) {
    // Out of time: Mesos gives up an executor that has not registered by then.
    return launchFailure(`Container destroyed while pulling image: ${(error as Error).message}`);
  }
}
