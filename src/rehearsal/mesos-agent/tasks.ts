import { randomBytes, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgentTask } from "../mesos/agent-protocol.ts";
import { isTerminal, type TaskInfo, type TaskStatus } from "../mesos/api.ts";
import type { KeptTask } from "./checkpoint.ts";
import type { Started, TaskRunner } from "./task-runner.ts";

/** One task from its launch until its last update is acknowledged. */
export interface Execution {
  readonly frameworkId: string;
  readonly info: TaskInfo;
  readonly containerId: string;
  readonly directory: string;
  readonly statuses: TaskStatus[];
  /** Updates that nobody acknowledged yet, oldest first; only the first is on its way. */
  readonly pending: TaskStatus[];
  readonly kill: AbortController;
  /** Settles when it has ended; undefined for a task of an earlier agent. */
  done?: Promise<void>;
  resend?: NodeJS.Timeout;
}

export interface TasksOptions {
  readonly runners: readonly TaskRunner[];
  readonly workDir: string;
  readonly hostname: string;
  readonly agentId: () => string;
  readonly send: (frameworkId: string, status: TaskStatus) => void;
  /** Called when what has to be remembered has changed. */
  readonly onChange: () => Promise<void>;
}

const firstResendMs = 1_000;
const longestResendMs = 10_000;
const keptCompleted = 200;

/** The tasks of an agent and the updates about them, each sent until it is acknowledged. */
export class Tasks {
  readonly current = new Map<string, Execution>();
  readonly completed: Execution[] = [];
  readonly counts = { finished: 0, failed: 0, killed: 0, launchErrors: 0 };
  private readonly options: TasksOptions;
  private closing = false;

  constructor(options: TasksOptions) {
    this.options = options;
  }

  async launch(frameworkId: string, info: TaskInfo): Promise<void> {
    const taskId = info.task_id.value;
    if (this.closing || this.current.has(taskId)) return;
    const containerId = randomUUID();
    const execution = this.admit({ frameworkId, info, containerId });
    let ended: () => void = () => {};
    execution.done = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      await this.options.onChange();
      await this.run(execution);
    } catch (error) {
      this.counts.launchErrors += 1;
      this.report(execution, { state: "TASK_FAILED", message: `Failed to launch: ${String(error)}` });
    } finally {
      ended();
    }
  }

  private admit({ frameworkId, info, containerId }: KeptTask): Execution {
    const { workDir, agentId } = this.options;
    const parts = [
      agentId(),
      "frameworks",
      frameworkId,
      "executors",
      info.task_id.value,
      "runs",
      containerId,
    ];
    const execution: Execution = {
      frameworkId,
      info,
      containerId,
      directory: join(workDir, "slaves", ...parts.map(asFileName)),
      statuses: [],
      pending: [],
      kill: new AbortController(),
    };
    this.current.set(info.task_id.value, execution);
    return execution;
  }

  private async run(execution: Execution): Promise<void> {
    const { info, frameworkId, containerId, directory, kill } = execution;
    const { runners, hostname, agentId } = this.options;
    const runner = runners.find((candidate) => candidate.accepts(info));
    if (runner === undefined || (info.command?.uris?.length ?? 0) > 0) {
      this.counts.launchErrors += 1;
      const names = runners.map(({ name }) => name).join(", ");
      const message =
        runner === undefined
          ? `None of the enabled containerizers (${names}) could create a container for the task`
          : "Failed to fetch URIs: the rehearsal agent has no fetcher";
      this.report(execution, { state: "TASK_FAILED", message });
      return;
    }
    await mkdir(directory, { recursive: true });
    const task = { info, frameworkId, agentId: agentId(), containerId, sandbox: directory, hostname };
    const onStarted = (started: Started) => {
      if (!isOver(execution)) this.report(execution, { state: "TASK_RUNNING", ...wordsOf(started) });
    };
    this.report(execution, await runner.run(task, onStarted, kill.signal));
  }

  /** A task that is not known is nobody's: an update about it went out long ago. */
  kill(taskId: string): void {
    this.current.get(taskId)?.kill.abort();
  }

  acknowledge(taskId: string, uuid: string): void {
    const execution = this.current.get(taskId);
    if (execution?.pending[0]?.uuid !== uuid) return;
    clearTimeout(execution.resend);
    execution.pending.shift();
    if (execution.pending.length > 0) this.deliver(execution);
    else if (isOver(execution)) {
      this.current.delete(taskId);
      this.completed.push(execution);
      if (this.completed.length > keptCompleted) this.completed.shift();
    }
  }

  /**
   * Takes in what an earlier agent of the same id was running. In a container the executors are processes of the
   * agent's container and end with it, whatever `--recover=reconnect` says; Mesos then waits in vain for them to come
   * back, destroys what they ran and reports TASK_FAILED, "Executor terminated". The runners have cleared away the
   * leftovers by now, so the same is said here.
   */
  recover(kept: readonly KeptTask[]): void {
    for (const task of kept) {
      const status = {
        state: "TASK_FAILED",
        reason: "REASON_EXECUTOR_TERMINATED",
        message: "Executor terminated",
      } as const;
      this.report(this.admit(task), status);
    }
  }

  /** What a master has to know: everything that is not over and acknowledged. */
  snapshot(): AgentTask[] {
    return [...this.current.values()].map(({ frameworkId, info, statuses }) => ({
      frameworkId,
      info,
      statuses,
    }));
  }

  /**
   * What has to be remembered across a restart of the agent: what still runs. Of what has ended the master knows, or it
   * learns from the re-registration that the task is no more.
   */
  kept(): KeptTask[] {
    return [...this.current.values()]
      .filter((execution) => !isOver(execution))
      .map(({ frameworkId, info, containerId }) => ({ frameworkId, info, containerId }));
  }

  /** Tells a new master what the one before it may not have passed on. */
  resendAll(): void {
    for (const execution of this.current.values()) {
      clearTimeout(execution.resend);
      this.deliver(execution);
    }
  }

  /** Ends all tasks without a word: who asks an agent to stop has not asked for its tasks to be killed. */
  async close(): Promise<void> {
    this.closing = true;
    for (const execution of this.current.values()) {
      clearTimeout(execution.resend);
      execution.kill.abort();
    }
    await Promise.all([...this.current.values()].map(({ done }) => done));
  }

  private report(
    execution: Execution,
    words: Pick<TaskStatus, "state" | "message" | "reason" | "labels" | "container_status">,
  ): void {
    if (this.closing) return;
    const status: TaskStatus = {
      task_id: execution.info.task_id,
      agent_id: { value: this.options.agentId() },
      source: words.reason === undefined ? "SOURCE_EXECUTOR" : "SOURCE_AGENT",
      timestamp: Date.now() / 1_000,
      uuid: randomBytes(16).toString("base64"),
      ...words,
    };
    if (status.state === "TASK_FINISHED") this.counts.finished += 1;
    if (status.state === "TASK_FAILED") this.counts.failed += 1;
    if (status.state === "TASK_KILLED") this.counts.killed += 1;
    execution.statuses.push(status);
    execution.pending.push(status);
    // Should writing it down fail, the next change does it.
    if (isTerminal(status.state)) this.options.onChange().catch(() => {});
    if (execution.pending.length === 1) this.deliver(execution);
  }

  private deliver(execution: Execution, waitMs = firstResendMs): void {
    const status = execution.pending[0];
    if (status === undefined || this.closing) return;
    this.options.send(execution.frameworkId, status);
    execution.resend = setTimeout(
      () => this.deliver(execution, Math.min(waitMs * 2, longestResendMs)),
      waitMs,
    );
  }
}

export function isOver({ statuses }: Execution): boolean {
  return isTerminal(statuses.at(-1)?.state ?? "TASK_STAGING");
}

function wordsOf({ ip, message }: Started): Pick<TaskStatus, "message" | "labels" | "container_status"> {
  const said = message === undefined ? {} : { message };
  if (ip === undefined) return said;
  return {
    ...said,
    labels: { labels: [{ key: "Docker.NetworkSettings.IPAddress", value: ip }] },
    container_status: { network_infos: [{ ip_address: ip, ip_addresses: [{ ip_address: ip }] }] },
  };
}

/** Ids come from the network and become directories. */
function asFileName(id: string): string {
  if (/[/\\\0]/.test(id) || id === "" || id === "." || id === "..")
    throw new Error(`not usable as an id: ${id}`);
  return id;
}
