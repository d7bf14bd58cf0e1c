import { z } from "zod";
import type { AgentMessage, Registration } from "../mesos/agent-protocol.ts";
import { taskStates } from "../mesos/api.ts";
import { range, taskInfo } from "./calls.ts";

const status = z.looseObject({
  task_id: z.looseObject({ value: z.string() }),
  state: z.enum(taskStates),
  timestamp: z.number(),
});

/** What an agent says to register: the port is open to everybody, and nonsense must not get into the state. */
export const registration = z.looseObject({
  agentId: z.string().min(1).optional(),
  hostname: z.string(),
  ip: z.string(),
  port: z.number().int(),
  resources: z.object({
    scalars: z.record(z.string(), z.number().nonnegative()),
    ranges: z.record(z.string(), z.array(range)),
  }),
  attributes: z.record(z.string(), z.string()),
  tasks: z.array(z.looseObject({ frameworkId: z.string(), info: taskInfo, statuses: z.array(status) })),
}) as unknown as z.ZodType<Registration>;

/** What a registered agent says. */
export const agentMessage = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("PONG"), agentId: z.string() }),
  z.looseObject({ type: z.literal("UPDATE"), agentId: z.string(), frameworkId: z.string(), status }),
]) as unknown as z.ZodType<AgentMessage>;
