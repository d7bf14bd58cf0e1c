import type { FrameworkInfo, TaskInfo, TaskStatus } from "./api.ts";
import type { Resources } from "./resources.ts";

/**
 * How the stand-ins of master and agent talk. It is their own affair and not Mesos' protocol: the agent POSTs a
 * Registration to `/master/register-agent` and reads MasterMessages (RecordIO) from the answer for as long as it is
 * registered; everything else it says goes to `/master/agent-message`.
 */
export interface Registration {
  /** Where the agent was registered before. */
  readonly agentId?: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  /** What it runs, or has run and was not yet acknowledged. */
  readonly tasks: readonly AgentTask[];
}

export interface AgentTask {
  readonly frameworkId: string;
  readonly info: TaskInfo;
  readonly statuses: readonly TaskStatus[];
}

/** The ids that frameworks give to their tasks are their own: two frameworks may well have a task of the same id. */
export interface TaskName {
  readonly frameworkId: string;
  readonly taskId: string;
}

export function taskKey({ frameworkId, taskId }: TaskName): string {
  return `${frameworkId} ${taskId}`;
}

export type MasterMessage =
  /** @property silenceMs The agent registers anew when it heard nothing for so long. */
  | { readonly type: "REGISTERED"; readonly agentId: string; readonly silenceMs: number }
  | { readonly type: "PING" }
  | {
      readonly type: "LAUNCH";
      readonly frameworkId: string;
      readonly framework: FrameworkInfo;
      readonly task: TaskInfo;
    }
  | ({ readonly type: "KILL" } & TaskName)
  | ({ readonly type: "ACKNOWLEDGE"; readonly uuid: string } & TaskName)
  /** The agent was removed: it has to end its tasks and come back as a new one. */
  | { readonly type: "SHUTDOWN"; readonly message: string };

export type AgentMessage = { readonly agentId: string } & (
  | { readonly type: "PONG" }
  | { readonly type: "UPDATE"; readonly frameworkId: string; readonly status: TaskStatus }
  /** Whether nothing more is to be started on it, as it is about to leave. */
  | { readonly type: "LEAVING"; readonly leaving: boolean }
  /** It leaves now, for good. */
  | { readonly type: "UNREGISTER" }
);
