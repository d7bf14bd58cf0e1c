/** Checks of JSON that came over the network. Not zod, which takes a process some 10 MB: each service is one. */

/** What is wrong with a value, in one sentence that begins with its place, or undefined. */
export type Shape = (value: unknown, place: string) => string | undefined;

const must =
  (holds: (value: unknown) => boolean, rule: string): Shape =>
  (value, place) =>
    holds(value) ? undefined : `${place} must be ${rule}`;

export const text: Shape = must((value) => typeof value === "string", "text");
export const nonEmptyText: Shape = must(
  (value) => typeof value === "string" && value !== "",
  "text, not empty",
);
export const number: Shape = must((value) => typeof value === "number" && Number.isFinite(value), "a number");
export const amount: Shape = must(
  (value) => typeof value === "number" && Number.isFinite(value) && value >= 0,
  "a number, not negative",
);

export function oneOf(names: readonly string[]): Shape {
  return must((value) => typeof value === "string" && names.includes(value), `one of ${names.join(", ")}`);
}

/** The shape, or nothing there. */
export function optional(shape: Shape): Shape {
  return (value, place) => (value === undefined ? undefined : shape(value, place));
}

export function list(shape: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return `${place} must be a list`;
    return first(value.map((each, index) => () => shape(each, `${place}[${index}]`)));
  };
}

/** An object all of whose values have the shape. */
export function record(shape: Shape): Shape {
  return (value, place) => {
    if (!isObject(value)) return `${place} must be an object`;
    return first(
      Object.entries(value).map(
        ([key, each]) =>
          () =>
            shape(each, `${place}.${key}`),
      ),
    );
  };
}

/** An object with these fields; others are let through. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, place) => {
    if (!isObject(value)) return `${place} must be an object`;
    return first(
      Object.entries(fields).map(
        ([key, shape]) =>
          () =>
            shape(value[key], `${place}.${key}`),
      ),
    );
  };
}

/** Objects whose `type` says which fields they have. */
export function byType(shapes: Readonly<Record<string, Readonly<Record<string, Shape>>>>): Shape {
  const types = Object.keys(shapes);
  return (value, place) => {
    const wrong = object({ type: oneOf(types) })(value, place);
    if (wrong !== undefined) return wrong;
    return object(shapes[(value as { type: string }).type] ?? {})(value, place);
  };
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
