import * as z from "zod/mini";
import { ApiError } from "../apps/api-error.ts";
import { timestampOf } from "../apps/timestamp.ts";

/**
 * Shapes of JSON that are as strict and as lax as those of Marathon 0.15.0, which reads with play-json 2.4, and that
 * complain in its words. A field that is null is one that is absent; fields that nobody asks for are let through.
 */

export const text = z.string();
export const flag = z.boolean();
/** A floating-point number. */
export const double = z.number();

function whole(limit: number, error: string) {
  const fits = (value: number) => Number.isInteger(value) && Math.abs(value) <= limit;
  return z.number().check(z.refine(fits, { error, abort: true }));
}
export const int = whole(2 ** 31 - 1, "error.expected.int");
export const long = whole(Number.MAX_SAFE_INTEGER, "error.expected.long");

export const list = z.array;
export const optional = z.exactOptional;

export function mapOf<T extends z.ZodMiniType>(item: T) {
  return z.record(z.string(), item);
}

/** One of some words; `what` is what a wrong word is "not a valid" one of. */
export function oneOf<const T extends string>(words: readonly T[], what: string) {
  return z.enum(words, {
    error: ({ input }) => {
      if (input === undefined) return "error.path.missing";
      if (typeof input !== "string") return `expected string, got ${JSON.stringify(input)}`;
      return `${input} is not a valid ${what}`;
    },
  });
}

/** A value that also has to pass a test. Some of Marathon's tests complain without a word: then `error` is empty. */
export function where<T extends z.ZodMiniType>(
  schema: T,
  passes: (value: z.output<T>) => boolean,
  error = "",
) {
  return schema.check(z.refine(passes as (value: unknown) => boolean, { error, abort: true })) as T;
}

export function withDefault<T extends z.ZodMiniType>(schema: T, otherwise: z.output<T>) {
  return z._default(schema, otherwise as never);
}

/** A time as Joda reads it; what it cannot read is refused as a wrong argument, not as wrong JSON. */
export const timestamp = z.pipe(text, z.transform(timestampOf));

/** An object. Where it stands among other fields, what is no object has none of its fields, and is no error itself. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const maybe = new Set(
    Object.entries(shape).flatMap(([name, field]) => (field._zod.optin === "optional" ? [name] : [])),
  );
  const present = (value: unknown) =>
    Object.fromEntries(
      Object.entries(isObject(value) ? value : {}).filter(
        ([name, field]) => field !== null || !maybe.has(name),
      ),
    );
  return z.pipe(z.transform(present), z.object(shape));
}

/**
 * Reads the body of a request.
 * @throws ApiError 400 when it is not JSON or does not have the shape.
 */
export function read<T extends z.ZodMiniType>(schema: T, body: string): z.output<T> {
  const { data, error } = schema.safeParse(parse(body), { error: words });
  if (error !== undefined) throw wrong(error.issues.map(({ path, message }) => [path, message]));
  return data as z.output<T>;
}

function parse(body: string): unknown {
  if (body.trim() === "")
    throw new ApiError(400, {
      message: "Please specify data in JSON format",
      details: "No content to map due to end-of-input\n at [Source: ; line: 1, column: 1]",
    });
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ApiError(400, { message: "Invalid JSON", details: (error as Error).message });
  }
}

function wrong(issues: readonly (readonly [path: readonly PropertyKey[], message: string])[]): ApiError {
  const byPath = new Map<string, string[]>();
  for (const [steps, message] of issues) {
    const path = steps.map((step) => (typeof step === "number" ? `(${step})` : `/${String(step)}`)).join("");
    byPath.set(path, [...(byPath.get(path) ?? []), ...(message === "" ? [] : [message])]);
  }
  const details = [...byPath].map(([path, errors]) => ({ path, errors }));
  return new ApiError(400, { message: "Invalid JSON", details });
}

const words: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== "invalid_type") return "error.invalid";
  return issue.input === undefined
    ? "error.path.missing"
    : `error.expected.js${kinds[issue.expected] ?? issue.expected}`;
};

/** What zod calls otherwise than play-json. */
const kinds: Readonly<Record<string, string>> = { record: "object" };

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
