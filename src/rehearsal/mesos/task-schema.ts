import * as z from "zod/mini";

/** The shape of a task, as far as anything here relies on it: of what schedulers and agents say, and of what was kept. */

export const name = z.string().check(z.minLength(1));
export const id = z.looseObject({ value: name });
export const amount = z.number().check(z.minimum(0));
export const range = z.looseObject({ begin: z.number(), end: z.number() });
const resource = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("SCALAR"),
    name: z.string(),
    // Whether a task may ask for so much is looked at when it is launched.
    scalar: z.looseObject({ value: z.number() }),
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
