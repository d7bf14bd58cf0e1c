import { randomBytes } from "node:crypto";
import {
  type FrameworkInfo,
  isTerminal,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from "../mesos/api.ts";

/** One task from its launch until its last update is acknowledged. */
export interface Execution {
  readonly frameworkId: string;
  readonly framework: FrameworkInfo;
  readonly info: TaskInfo;
  readonly containerId: string;
  readonly directory: string;
  readonly statuses: TaskStatus[];
  readonly kill: AbortController;
  /** The leader of its process group, where it is one of this host. */
  pid?: number | undefined;
  /** Settles when it has ended; undefined for a task of an earlier agent. */
  done?: Promise<void>;
}

export function stateOf({ statuses }: Execution): TaskState {
  return statuses.at(-1)?.state ?? "TASK_STAGING";
}

export function isOver(execution: Execution): boolean {
  return isTerminal(stateOf(execution));
}

export type StatusWords = Pick<TaskStatus, "state" | "message" | "reason" | "labels" | "healthy">;

/** A status that wants to be acknowledged. With a reason it is the agent that says it, else the task's executor. */
export function statusOf({ info }: Execution, agentId: string, words: StatusWords): TaskStatus {
  return {
    task_id: info.task_id,
    agent_id: { value: agentId },
    source: words.reason === undefined ? "SOURCE_EXECUTOR" : "SOURCE_AGENT",
    timestamp: Date.now() / 1_000,
    uuid: randomBytes(16).toString("base64"),
    ...words,
  };
}
