import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, LabError } from "../../errors.ts";
import { type RunOptions, run } from "../../tools/exec.ts";
import { fromApi } from "../mesos/resources.ts";
import { environmentOf, type Started, type TaskEnd, type TaskRunner, type TaskToRun } from "./task-runner.ts";

export interface DockerOptions {
  /** The CLI: a name on the PATH or a path. */
  readonly docker: string;
  /** A pull that takes longer fails the task: Mesos' executor would not have registered by then. */
  readonly pullTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly inspectIntervalMs?: number;
  /** Publishes ports on the agent's own address instead of all. */
  readonly loopbackOnly?: boolean;
  /** Labels of the containers, by which what is left of them is found. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Beside the labels that somebody asks for: the task's id. */
export const taskLabel = "MESOS_TASK_ID";

/** Where a container finds its sandbox. */
const sandboxInside = "/mnt/mesos/sandbox";

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
      "Failed to create a containerizer: Could not create DockerContainerizer: no Docker CLI",
      {
        exitCode: exitCodes.preflight,
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

export function containerName(task: TaskToRun): string {
  return `mesos-${task.agentId}.${task.containerId}`;
}

async function runContainer(
  options: DockerOptions,
  task: TaskToRun,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
): Promise<TaskEnd> {
  try {
    await ensureImage(options, task, kill);
  } catch (error) {
    return kill.aborted ? { state: "TASK_KILLED" } : { state: "TASK_FAILED", message: words(error) };
  }
  if (kill.aborted) return { state: "TASK_KILLED" };
  const name = containerName(task);
  const client = new AbortController();
  let lastLine = "";
  const attached = run(
    { file: options.docker, args: runArguments(task, options) },
    {
      accept: "any",
      keepOutput: false,
      logFile: join(task.sandbox, "stdout"),
      signal: client.signal,
      killAfterMs: 1_000,
      onLine: (line) => {
        if (line.trim() !== "") lastLine = line;
      },
    },
  );
  const over = new AbortController();
  const onKill = () => void stop(options, name, over.signal, () => client.abort());
  kill.addEventListener("abort", onKill, { once: true });
  void watchStart(options, name, onStarted, over.signal);
  try {
    const { exitCode } = await attached;
    if (kill.aborted) return { state: "TASK_KILLED" };
    if (exitCode === 0) return { state: "TASK_FINISHED", message: "Container exited with status 0" };
    // 125 and up are Docker's own: the container was not made or could not start.
    const own = exitCode >= 125 && exitCode <= 127 && lastLine !== "" ? `: ${lastLine}` : "";
    return { state: "TASK_FAILED", message: `Container exited with status ${exitCode}${own}` };
  } catch (error) {
    return kill.aborted ? { state: "TASK_KILLED" } : { state: "TASK_FAILED", message: words(error) };
  } finally {
    over.abort();
    kill.removeEventListener("abort", onKill);
  }
}

async function ensureImage(options: DockerOptions, task: TaskToRun, kill: AbortSignal): Promise<void> {
  const docker = task.info.container?.docker;
  const image = withTag(docker?.image ?? "");
  if (docker?.force_pull_image !== true) {
    const found = await run(
      { file: options.docker, args: ["inspect", image] },
      { accept: "any", signal: kill },
    );
    if (found.exitCode === 0) return;
  }
  await run(
    { file: options.docker, args: ["pull", image] },
    {
      signal: kill,
      killAfterMs: 3_000,
      timeoutMs: options.pullTimeoutMs,
      keepOutput: false,
      logFile: join(task.sandbox, "stdout"),
    },
  );
}

/** `tomcat` means `tomcat:latest`; a digest or a registry's port is no tag. */
function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? image : `${image}:latest`;
}

/** The arguments of `docker run`, in the order of Mesos 0.24. */
export function runArguments(
  task: TaskToRun,
  { loopbackOnly, labels = {} }: Pick<DockerOptions, "loopbackOnly" | "labels"> = {},
): string[] {
  const { info, sandbox } = task;
  const docker = info.container?.docker;
  const { scalars } = fromApi(info.resources ?? []);
  const network = (docker?.network ?? "HOST").toLowerCase();
  const volumes = (info.container?.volumes ?? []).map(({ container_path, host_path, mode }) => {
    const host = host_path === undefined || host_path.startsWith("/") ? host_path : join(sandbox, host_path);
    return [host, container_path, host === undefined ? undefined : (mode ?? "RW").toLowerCase()]
      .filter((part) => part !== undefined)
      .join(":");
  });
  const mappings = network === "bridge" ? (docker?.port_mappings ?? []) : [];
  const { shell, value, arguments: words = [] } = info.command ?? {};
  return [
    "run",
    ...(docker?.privileged === true ? ["--privileged"] : []),
    ...(scalars.cpus === undefined ? [] : ["-c", String(Math.max(2, Math.floor(scalars.cpus * 1_024)))]),
    ...(scalars.mem === undefined ? [] : ["-m", String(Math.max(4, Math.floor(scalars.mem)) * 1_048_576)]),
    ...environmentOf(info).flatMap(([key, text]) => ["-e", `${key}=${text}`]),
    ...["-e", `MESOS_SANDBOX=${sandboxInside}`],
    ...volumes.flatMap((volume) => ["-v", volume]),
    ...["-v", `${sandbox}:${sandboxInside}`],
    ...["--net", network],
    ...(info.container?.hostname === undefined ? [] : ["--hostname", info.container.hostname]),
    ...(docker?.parameters ?? []).map(({ key, value: text }) => `--${key}=${text}`),
    ...mappings.flatMap((port) => [
      "-p",
      `${loopbackOnly ? `${task.hostname}:` : ""}${port.host_port}:${port.container_port}/${port.protocol ?? "tcp"}`,
    ]),
    ...(shell !== false && value !== undefined ? ["--entrypoint", "/bin/sh"] : []),
    ...Object.entries(labelsOf(task, labels)).flatMap(([key, text]) => ["--label", `${key}=${text}`]),
    ...["--name", containerName(task)],
    docker?.image ?? "",
    ...(shell !== false && value !== undefined ? ["-c", value] : []),
    ...(shell === false ? [...(value === undefined ? [] : [value]), ...words] : []),
  ];
}

function labelsOf(
  task: TaskToRun,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.keys(labels).length === 0 ? {} : { ...labels, [taskLabel]: task.info.task_id.value };
}

async function watchStart(
  options: DockerOptions,
  name: string,
  onStarted: (started: Started) => void,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const answer = await quietly(options, ["inspect", name]);
    if (over.aborted) return;
    const started = answer === undefined ? undefined : readInspect(answer);
    if (started !== undefined) {
      onStarted(started);
      return;
    }
    await sleep(options.inspectIntervalMs ?? 500, undefined, { signal: over }).catch(() => {});
  }
}

interface Inspected {
  readonly State?: { readonly Running?: boolean };
  readonly NetworkSettings?: {
    readonly IPAddress?: string;
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>>;
  };
}

/** Undefined until the container runs. Engines since 29 tell the address per network only. */
function readInspect(text: string): Started | undefined {
  let container: Inspected | undefined;
  try {
    [container] = JSON.parse(text) as Inspected[];
  } catch {
    return undefined;
  }
  if (container?.State?.Running !== true) return undefined;
  const { IPAddress, Networks } = container.NetworkSettings ?? {};
  const ip = [IPAddress, ...Object.values(Networks ?? {}).map((network) => network.IPAddress)].find(Boolean);
  return ip === undefined ? {} : { ip };
}

/** Attempts to stop a container that may not even exist yet, half a second apart. */
const stopAttempts = 20;

async function stop(
  options: DockerOptions,
  name: string,
  over: AbortSignal,
  giveUp: () => void,
): Promise<void> {
  const seconds = String(Math.round(options.stopTimeoutMs / 1_000));
  for (let attempt = 0; attempt < stopAttempts && !over.aborted; attempt += 1) {
    await quietly(options, ["stop", "-t", seconds, name]);
    await sleep(500, undefined, { signal: over }).catch(() => {});
  }
  if (over.aborted) return;
  await quietly(options, ["rm", "-f", name]);
  giveUp();
}

async function quietly(options: DockerOptions, args: readonly string[]): Promise<string | undefined> {
  const bounds: RunOptions = { accept: "any", timeoutMs: 30_000 + options.stopTimeoutMs, killAfterMs: 1_000 };
  const result = await run({ file: options.docker, args }, bounds).catch(() => undefined);
  return result?.exitCode === 0 ? result.stdout : undefined;
}

/** An error's sentence and the last thing that Docker said. */
function words(error: unknown): string {
  if (!(error instanceof LabError)) return String(error);
  const last = error.details.filter((line) => line.trim() !== "" && !line.startsWith("log: ")).at(-1);
  return last === undefined ? error.message : `${error.message}: ${last}`;
}
