import * as z from "zod/mini";
import { id, taskInfo } from "../mesos/task-schema.ts";

/** The shapes of what schedulers and agents may say: the port is open to everybody, and nonsense must not get into the state. */

const operation = z.looseObject({
  type: z.string(),
  launch: z.optional(z.looseObject({ task_infos: z.array(taskInfo) })),
});
const filters = z.optional(z.looseObject({ refuse_seconds: z.optional(z.number()) }));
const taskOfAgent = z.looseObject({ task_id: id, agent_id: z.optional(id) });

/** What a scheduler says, by the name of its part in the call. */
const parts = {
  subscribe: z.looseObject({
    framework_info: z.looseObject({ user: z.string(), name: z.string(), id: z.optional(id) }),
  }),
  accept: z.looseObject({
    offer_ids: z.array(id),
    operations: z.optional(z.array(operation)),
    filters,
  }),
  decline: z.looseObject({ offer_ids: z.array(id), filters }),
  kill: taskOfAgent,
  shutdown: z.looseObject({ executor_id: id, agent_id: z.optional(id) }),
  acknowledge: z.looseObject({ agent_id: id, task_id: id, uuid: z.string() }),
  reconcile: z.looseObject({ tasks: z.optional(z.array(taskOfAgent)) }),
  message: z.looseObject({ agent_id: id, executor_id: id, data: z.string() }),
  request: z.looseObject({ requests: z.optional(z.array(z.unknown())) }),
};

const types = ["TEARDOWN", "REVIVE", ...Object.keys(parts).map((part) => part.toUpperCase())];

/** A call as a message of its kind: which parts it has to have is another matter. */
export const schedulerCall = z.looseObject({
  type: z.enum(types),
  framework_id: z.optional(id),
  ...(Object.fromEntries(Object.entries(parts).map(([part, shape]) => [part, z.optional(shape)])) as object),
});

/** What a call lacks, in Mesos' words. */
export function missing(call: {
  readonly type: string;
  readonly framework_id?: { readonly value: string };
  readonly subscribe?: { readonly framework_info: { readonly id?: { readonly value: string } } };
}): string | undefined {
  const part = call.type.toLowerCase();
  const lacksPart =
    part in parts && (call as unknown as Readonly<Record<string, unknown>>)[part] === undefined;
  if (call.type !== "SUBSCRIBE" && call.framework_id === undefined)
    return "Expecting 'framework_id' to be present";
  if (lacksPart) return `Expecting '${part}' to be present`;
  if (call.type === "SUBSCRIBE" && call.subscribe?.framework_info.id?.value !== call.framework_id?.value)
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  return undefined;
}
