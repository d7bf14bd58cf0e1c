import type { CommandInfo, TaskInfo, TaskState } from "../mesos/api.ts";
import type { Beside } from "./health-check.ts";
import type { TaskUser } from "./task-users.ts";

export interface TaskToRun {
  readonly info: TaskInfo;
  readonly frameworkId: string;
  /** Whether the framework wants its tasks to outlive the agent. */
  readonly checkpoint: boolean;
  readonly agentId: string;
  /** `slave(1)@ip:port` */
  readonly agentPid: string;
  readonly containerId: string;
  /** A directory of its own, made already. */
  readonly sandbox: string;
  readonly hostname: string;
  /** Whom its processes belong to; absent: the agent's own user. */
  readonly user?: TaskUser | undefined;
}

export interface TaskEnd {
  readonly state: Extract<TaskState, "TASK_FINISHED" | "TASK_FAILED" | "TASK_KILLED">;
  readonly message?: string;
  /** Present where the agent says it, and no executor. */
  readonly reason?: string;
}

/** What is known of a task once it runs. */
export interface Started {
  /** Its address, where it has one of its own. */
  readonly ip?: string;
  /** The leader of its process group, where it is one of this host. */
  readonly pid?: number;
  /** Said with TASK_RUNNING, where how it runs is worth a word. */
  readonly message?: string;
  /** How a health check is run where it runs; absent where nothing can be. */
  readonly beside?: Beside;
}

/** One way to run tasks. An agent asks its runners in turn and takes the first that accepts. */
export interface TaskRunner {
  /** As in `--containerizers`. */
  readonly name: string;
  accepts(info: TaskInfo): boolean;
  /**
   * Runs a task to its end; failures are outcomes, not exceptions. An abort of `kill` ends it as TASK_KILLED.
   * @param onStarted called once, when the task runs.
   */
  run(task: TaskToRun, onStarted: (started: Started) => void, kill: AbortSignal): Promise<TaskEnd>;
  /** Clears away what an earlier agent of this id left running. */
  recover(agentId: string): Promise<void>;
}

/** A task that was killed before its executor came: nothing of it has run. */
export const killedBeforeStart: TaskEnd = {
  state: "TASK_KILLED",
  reason: "REASON_EXECUTOR_UNREGISTERED",
  message: "Unregistered executor",
};

/** A task whose executor could not be started. */
export function launchFailure(why: string): TaskEnd {
  return {
    state: "TASK_FAILED",
    reason: "REASON_COMMAND_EXECUTOR_FAILED",
    message: `Failed to launch container: ${why}`,
  };
}

/** The environment a framework gave to a task. */
export function environmentOf(info: TaskInfo): [name: string, value: string][] {
  return variablesOf(info.command ?? {});
}

export function variablesOf(command: CommandInfo): [name: string, value: string][] {
  return (command.environment?.variables ?? []).map(({ name, value }) => [name, value]);
}
