import * as z from "zod/mini";
import { taskStates } from "../mesos/api.ts";
import { amount, name, range, taskInfo } from "../mesos/task-schema.ts";

const status = z.looseObject({
  task_id: z.looseObject({ value: z.string() }),
  state: z.enum(taskStates),
  timestamp: z.number(),
});

/** What an agent says to register. */
export const registration = z.looseObject({
  agentId: z.optional(name),
  hostname: z.string(),
  ip: z.string(),
  port: amount,
  resources: z.looseObject({
    scalars: z.record(z.string(), amount),
    ranges: z.record(z.string(), z.array(range)),
  }),
  attributes: z.record(z.string(), z.string()),
  tasks: z.array(z.looseObject({ frameworkId: z.string(), info: taskInfo, statuses: z.array(status) })),
});

/** What a registered agent says. */
export const agentMessage = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("PONG"), agentId: z.string() }),
  z.looseObject({ type: z.literal("UPDATE"), agentId: z.string(), frameworkId: z.string(), status }),
  z.looseObject({ type: z.literal("LEAVING"), agentId: z.string(), leaving: z.boolean() }),
  z.looseObject({ type: z.literal("UNREGISTER"), agentId: z.string() }),
]);
