import { taskStates } from "../mesos/api.ts";
import {
  amount,
  byType,
  list,
  nonEmptyText,
  number,
  object,
  oneOf,
  optional,
  record,
  text,
} from "../shape.ts";
import { range, taskInfo } from "./calls.ts";

const status = object({
  task_id: object({ value: text }),
  state: oneOf(taskStates),
  timestamp: number,
});

/** What an agent says to register: the port is open to everybody, and nonsense must not get into the state. */
export const registration = object({
  agentId: optional(nonEmptyText),
  hostname: text,
  ip: text,
  port: amount,
  resources: object({ scalars: record(amount), ranges: record(list(range)) }),
  attributes: record(text),
  tasks: list(object({ frameworkId: text, info: taskInfo, statuses: list(status) })),
});

/** What a registered agent says. */
export const agentMessage = byType({
  PONG: { agentId: text },
  UPDATE: { agentId: text, frameworkId: text, status },
});
