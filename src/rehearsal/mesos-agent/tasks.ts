import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type AgentTask, type TaskName, taskKey } from "../mesos/agent-protocol.ts";
import { type FrameworkInfo, isTerminal, type TaskInfo, type TaskStatus } from "../mesos/api.ts";
import type { KeptTask } from "./checkpoint.ts";
import { type Execution, isOver, type StatusWords, stateOf, statusOf } from "./execution.ts";
import { Fetcher } from "./fetcher.ts";
import { runTask } from "./run-task.ts";
import { sandboxPath } from "./sandbox.ts";
import type { TaskRunner } from "./task-runner.ts";
import type { TaskUsers } from "./task-users.ts";
import { Updates } from "./updates.ts";

export interface TasksOptions {
  readonly runners: readonly TaskRunner[];
  readonly users: TaskUsers;
  readonly workDir: string;
  readonly hostname: string;
  /** `slave(1)@ip:port` */
  readonly agentPid: string;
  readonly agentId: () => string;
  readonly send: (frameworkId: string, status: TaskStatus) => void;
  /** Called when what has to be remembered has changed. */
  readonly onChange: () => Promise<void>;
}

const keptCompleted = 200;

/** The tasks of an agent. */
export class Tasks {
  /** By `taskKey`. */
  readonly current = new Map<string, Execution>();
  readonly completed: Execution[] = [];
  readonly counts = { finished: 0, failed: 0, killed: 0, launchErrors: 0, updates: 0 };
  private readonly options: TasksOptions;
  private readonly updates: Updates;
  private readonly fetcher: Fetcher;
  /** Whether a task that is killed goes on until the agent ends, so that balancers have the time to forget it. */
  lingering = false;
  private readonly killed = new Set<Execution>();
  private readonly forgotten = new Set<Execution>();
  private closing = false;

  constructor(options: TasksOptions) {
    this.options = options;
    this.updates = new Updates(options.send);
    this.fetcher = new Fetcher(join(options.workDir, "fetch"));
  }

  async launch(frameworkId: string, framework: FrameworkInfo, info: TaskInfo): Promise<void> {
    if (this.closing || this.current.has(taskKey({ frameworkId, taskId: info.task_id.value }))) return;
    const execution = this.admit({ frameworkId, framework, info, containerId: randomUUID() });
    let ended: () => void = () => {};
    execution.done = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      await this.options.onChange();
      const end = await this.run(execution);
      if (!isOver(execution)) this.report(execution, end);
    } catch (error) {
      this.counts.launchErrors += 1;
      this.report(execution, { state: "TASK_FAILED", message: `Failed to launch: ${String(error)}` });
    } finally {
      ended();
    }
  }

  private admit(task: KeptTask): Execution {
    const { workDir, agentId } = this.options;
    const taskId = task.info.task_id.value;
    const execution: Execution = {
      ...task,
      directory: sandboxPath(workDir, { ...task, agentId: agentId(), taskId }),
      statuses: [],
      kill: new AbortController(),
    };
    this.current.set(taskKey({ ...task, taskId }), execution);
    return execution;
  }

  private run(execution: Execution): Promise<StatusWords> {
    const { agentId } = this.options;
    return runTask(execution, {
      ...this.options,
      agentId: agentId(),
      fetcher: this.fetcher,
      onLaunchError: () => {
        this.counts.launchErrors += 1;
      },
      report: (words) => {
        if (!isOver(execution)) this.report(execution, words);
      },
    });
  }

  /** A task that is not known is nobody's: an update about it went out long ago. */
  kill(name: TaskName): void {
    const execution = this.current.get(taskKey(name));
    if (execution === undefined) return;
    if (!this.lingering || stateOf(execution) !== "TASK_RUNNING") {
      execution.kill.abort();
      return;
    }
    this.killed.add(execution);
    this.report(execution, { state: "TASK_KILLED", message: "Command terminated with signal Terminated" });
  }

  /** The agent stays after all: what was killed meanwhile ends. */
  endKilled(): void {
    for (const execution of this.killed) execution.kill.abort();
    this.killed.clear();
  }

  /** Ends all tasks of an agent that the master has given up: nobody knows of them any more, and nothing is said of them. */
  forgetAll(): void {
    this.endKilled();
    for (const execution of this.current.values()) {
      this.forgotten.add(execution);
      execution.kill.abort();
    }
    this.current.clear();
    this.updates.close();
  }

  acknowledge(name: TaskName, uuid: string): void {
    const execution = this.current.get(taskKey(name));
    if (!this.updates.acknowledge(name, uuid) || execution === undefined || !isOver(execution)) return;
    this.current.delete(taskKey(name));
    this.completed.push(execution);
    if (this.completed.length > keptCompleted) this.completed.shift();
  }

  /**
   * Takes in what an earlier agent of the same id was running. In a container the executors are processes of the
   * agent's container and end with it, whatever `--recover=reconnect` says; Mesos then waits in vain for them to come
   * back, and reports TASK_FAILED. The runners have cleared away the leftovers by now, so the same is said here.
   */
  recover(kept: readonly KeptTask[]): void {
    for (const task of kept)
      this.report(this.admit(task), {
        state: "TASK_FAILED",
        reason: "REASON_COMMAND_EXECUTOR_FAILED",
        message: "Abnormal executor termination",
      });
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
      .map(({ frameworkId, framework, info, containerId }) => ({
        frameworkId,
        framework,
        info,
        containerId,
      }));
  }

  resendAll(): void {
    this.updates.resendAll();
  }

  /** Ends all tasks without a word: who asks an agent to stop has not asked for its tasks to be killed. */
  async close(): Promise<void> {
    this.closing = true;
    this.updates.close();
    const running = new Set([...this.current.values(), ...this.killed, ...this.forgotten]);
    for (const execution of running) execution.kill.abort();
    await Promise.all([...running].map(({ done }) => done));
  }

  private report(execution: Execution, words: StatusWords): void {
    if (this.closing || this.forgotten.has(execution)) return;
    const status = statusOf(execution, this.options.agentId(), words);
    if (status.state === "TASK_FINISHED") this.counts.finished += 1;
    if (status.state === "TASK_FAILED") this.counts.failed += 1;
    if (status.state === "TASK_KILLED") this.counts.killed += 1;
    this.counts.updates += 1;
    execution.statuses.push(status);
    // Should writing it down fail, the next change does it.
    if (isTerminal(status.state)) this.options.onChange().catch(() => {});
    this.updates.add(execution.frameworkId, status);
  }
}
