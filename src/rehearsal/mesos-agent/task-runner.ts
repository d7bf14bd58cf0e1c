import type { TaskInfo, TaskState } from "../mesos/api.ts";

export interface TaskToRun {
  readonly info: TaskInfo;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly containerId: string;
  /** A directory of its own, made already. */
  readonly sandbox: string;
  readonly hostname: string;
}

export interface TaskEnd {
  readonly state: Extract<TaskState, "TASK_FINISHED" | "TASK_FAILED" | "TASK_KILLED">;
  readonly message?: string;
}

/** What is known of a task once it runs: its address, where it has one of its own. */
export interface Started {
  readonly ip?: string;
  /** Said with TASK_RUNNING, where how it runs is worth a word. */
  readonly message?: string;
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

/** The environment a framework gave to a task. */
export function environmentOf(info: TaskInfo): [name: string, value: string][] {
  return (info.command?.environment?.variables ?? []).map(({ name, value }) => [name, value]);
}
