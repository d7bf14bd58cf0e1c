import type * as z from "zod/mini";

/** What is wrong with a value, in one sentence that begins with its place, or undefined: `call.accept.offer_ids[0] must be an object`. */
export function problemOf(schema: z.ZodMiniType, value: unknown, whole: string): string | undefined {
  const { error } = schema.safeParse(value, { error: rule });
  const first = error?.issues[0];
  if (first === undefined) return undefined;
  const place = first.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return `${whole}${place.join("")} ${first.message}`;
}

const rule: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "invalid_union":
      return `must be one of ${[issue.options].flat().join(", ")}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    default:
      return "is not valid";
  }
};

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  array: "a list",
  object: "an object",
  record: "an object",
};
