import * as z from "zod/mini";

/** The shapes of what schedulers and agents may say: the port is open to everybody, and nonsense must not get into the state. */

export const name = z.string().check(z.minLength(1));
const id = z.looseObject({ value: name });
export const amount = z.number().check(z.minimum(0));
export const range = z.looseObject({ begin: z.number(), end: z.number() });
const resource = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("SCALAR"),
    name: z.string(),
    scalar: z.looseObject({ value: amount }),
  }),
  z.looseObject({
    type: z.literal("RANGES"),
    name: z.string(),
    ranges: z.looseObject({ range: z.array(range) }),
  }),
]);
export const taskInfo = z.looseObject({
  name: z.string(),
  task_id: id,
  agent_id: id,
  resources: z.optional(z.array(resource)),
});
const operation = z.looseObject({
  type: z.string(),
  launch: z.optional(z.looseObject({ task_infos: z.array(taskInfo) })),
});
const filters = z.optional(z.looseObject({ refuse_seconds: z.optional(amount) }));
const info = z.looseObject({ user: z.string(), name: z.string(), id: z.optional(id) });
const taskOfAgent = z.looseObject({ task_id: id, agent_id: z.optional(id) });

function call<const Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) {
  return z.looseObject({ type: z.literal(type), framework_id: z.optional(id), ...shape });
}

/** The shape of a `SchedulerCall`. */
export const schedulerCall = z.discriminatedUnion("type", [
  call("SUBSCRIBE", { subscribe: z.looseObject({ framework_info: info }) }),
  call("ACCEPT", {
    accept: z.looseObject({
      offer_ids: z.array(id),
      operations: z.optional(z.array(operation)),
      filters,
    }),
  }),
  call("DECLINE", { decline: z.looseObject({ offer_ids: z.array(id), filters }) }),
  call("REVIVE", {}),
  call("KILL", { kill: taskOfAgent }),
  call("ACKNOWLEDGE", {
    acknowledge: z.looseObject({ agent_id: id, task_id: id, uuid: z.string() }),
  }),
  call("RECONCILE", { reconcile: z.looseObject({ tasks: z.optional(z.array(taskOfAgent)) }) }),
  call("TEARDOWN", {}),
]);
