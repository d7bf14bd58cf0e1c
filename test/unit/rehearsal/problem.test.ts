import { expect, test } from "vitest";
import * as z from "zod/mini";
import { problemOf } from "../../../src/rehearsal/json/problem.ts";

test("what is wrong with a value is told with its place", () => {
  const schema = z.discriminatedUnion("type", [
    z.looseObject({
      type: z.literal("A"),
      list: z.array(z.looseObject({ n: z.number().check(z.minimum(0)) })),
      name: z.optional(z.string().check(z.minLength(1))),
    }),
    z.looseObject({ type: z.literal("B") }),
  ]);
  const problem = (value: unknown) => problemOf(schema, value, "it");
  expect(problem({ type: "A", list: [{ n: 1, more: 2 }] })).toBeUndefined();
  expect(problem({ type: "A", list: [{ n: 1 }, { n: -1 }] })).toBe("it.list[1].n must be at least 0");
  expect(problem({ type: "A", list: [], name: 7 })).toBe("it.name must be text");
  expect(problem({ type: "A", list: [], name: "" })).toBe("it.name must not be empty");
  expect(problem({ type: "A", list: {} })).toBe("it.list must be a list");
  expect(problem({ type: "C" })).toBe("it.type must be one of A, B");
  expect(problem(null)).toBe("it must be an object");
  // A field of the prototype is not one of the message.
  expect(problem({ type: "toString" })).toBe("it.type must be one of A, B");
});
