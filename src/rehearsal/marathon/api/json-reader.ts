/** What is wrong with one field, in the words that Marathon's JSON library uses. */
export interface FieldError {
  readonly path: string;
  readonly errors: readonly string[];
}

/** Reads a value, or records what is wrong with it and returns undefined. */
export type Read<T> = (value: unknown, path: string, problems: FieldError[]) => T | undefined;

function fail(problems: FieldError[], path: string, error: string): undefined {
  problems.push({ path, errors: [error] });
  return undefined;
}

export const text: Read<string> = (value, path, problems) =>
  typeof value === "string" ? value : fail(problems, path, "error.expected.jsstring");

export const flag: Read<boolean> = (value, path, problems) =>
  typeof value === "boolean" ? value : fail(problems, path, "error.expected.jsboolean");

export const number: Read<number> = (value, path, problems) =>
  typeof value === "number" ? value : fail(problems, path, "error.expected.jsnumber");

export const integer: Read<number> = (value, path, problems) => {
  const read = number(value, path, problems);
  if (read === undefined || Number.isSafeInteger(read)) return read;
  return fail(problems, path, "error.expected.int");
};

/** A value that also has to pass a test. */
export function where<T>(read: Read<T>, passes: (value: T) => boolean, error: string): Read<T> {
  return (value, path, problems) => {
    const result = read(value, path, problems);
    return result === undefined || passes(result) ? result : fail(problems, path, error);
  };
}

export const atLeast = (minimum: number) =>
  where(integer, (value) => value >= minimum, `must be greater than or equal to ${minimum}`);
export const moreThanZero = where(number, (value) => value > 0, "must be greater than 0");

export function oneOf<const T extends string>(values: readonly T[], what: string): Read<T> {
  return (value, path, problems) => {
    const read = text(value, path, problems);
    if (read === undefined) return undefined;
    return values.find((known) => known === read) ?? fail(problems, path, `${read} is not a valid ${what}`);
  };
}

export function listOf<T>(item: Read<T>): Read<T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value)) return fail(problems, path, "error.expected.jsarray");
    return value.map((element, index) => item(element, `${path}(${index})`, problems) as T);
  };
}

export function mapOf<T>(item: Read<T>): Read<Record<string, T>> {
  return (value, path, problems) => {
    if (!isObject(value)) return fail(problems, path, "error.expected.jsobject");
    return Object.fromEntries(
      Object.entries(value).map(([key, element]) => [key, item(element, `${path}/${key}`, problems) as T]),
    );
  };
}

export interface Fields {
  /** The field's value; the default where it is absent or null. */
  optional<T, D>(name: string, read: Read<T>, otherwise: D): T | D;
  required<T>(name: string, read: Read<T>): T | undefined;
  /** The field under its name, or nothing where it is absent or null. */
  present<const N extends string, T>(name: N, read: Read<T>): { [K in N]?: T };
}

/** An object, field by field; fields that nobody asks for are ignored, as Marathon does. */
export function objectOf<T>(build: (fields: Fields) => T): Read<T> {
  return (value, path, problems) => {
    if (!isObject(value)) return fail(problems, path, "error.expected.jsobject");
    const has = (name: string) => value[name] !== undefined && value[name] !== null;
    return build({
      optional: (name, read, otherwise) =>
        has(name) ? (read(value[name], `${path}/${name}`, problems) ?? otherwise) : otherwise,
      required: (name, read) =>
        has(name)
          ? read(value[name], `${path}/${name}`, problems)
          : fail(problems, `${path}/${name}`, "error.path.missing"),
      present: <N extends string, V>(name: N, read: Read<V>) =>
        (has(name) ? { [name]: read(value[name], `${path}/${name}`, problems) } : {}) as { [K in N]?: V },
    });
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
