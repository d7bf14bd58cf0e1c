import { readFileSync } from "node:fs";
import { LabError } from "../errors.ts";

/** Durations are milliseconds; `ignored` flags are known to Mesos and mean nothing to a stand-in. */
export type OptionKind = "text" | "integer" | "boolean" | "duration" | "ignored";

export interface OptionSpec {
  readonly kind: OptionKind;
  readonly default?: string;
  readonly required?: boolean;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S["kind"] extends "integer" | "duration"
  ? number
  : S["kind"] extends "boolean"
    ? boolean
    : string;
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { default: string } | { required: true }
    ? ValueOf<T[K]>
    : ValueOf<T[K]> | undefined;
};

export interface ReadOptions<T extends OptionTable> {
  readonly values: OptionValues<T>;
  /** Everything that has a value, as text: what `flags` in state.json shows. */
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * Reads `MESOS_X` variables and `--x=y` / `--x y` / `--no-x` flags into one table, by the rules of Mesos 0.24: unknown
 * variables are ignored, unknown flags are fatal, and so is a flag that the environment sets as well.
 * @throws LabError `usage`
 */
export function readOptions<const T extends OptionTable>(
  table: T,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  prefix = "MESOS_",
): ReadOptions<T> {
  const texts = new Map<string, string>();
  for (const name of Object.keys(table)) {
    const value = env[prefix + name.toUpperCase()];
    if (value !== undefined) texts.set(name, value);
  }
  for (const [name, value] of parseFlags(table, argv)) {
    if (texts.has(name)) throw usage(`Duplicate flag '${name}' on command line`);
    texts.set(name, value);
  }
  const values: Record<string, unknown> = {};
  const flags: Record<string, string> = {};
  for (const [name, spec] of Object.entries<OptionSpec>(table)) {
    const text = texts.get(name) ?? spec.default;
    if (text === undefined && spec.required) throw usage(`Missing required option --${name}`);
    const content = text === undefined ? undefined : fromFile(name, text);
    values[name] = content === undefined ? undefined : convert(name, spec.kind, content);
    if (content !== undefined) flags[name] = content;
  }
  return { values: values as OptionValues<T>, flags };
}

function parseFlags(table: OptionTable, argv: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (!word.startsWith("--")) throw usage(`Unexpected argument '${word}'`);
    const equals = word.indexOf("=");
    const written = word.slice(2, equals === -1 ? undefined : equals);
    const negated = !(written in table) && written.startsWith("no-") ? written.slice(3) : undefined;
    const name = negated ?? written;
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) throw usage(`Failed to load unknown flag '${written}'`);
    if (negated !== undefined) {
      if (equals !== -1) throw usage(`Failed to load boolean flag '${name}' via '${written}' with a value`);
      found.push([name, "false"]);
    } else if (equals !== -1) {
      found.push([name, word.slice(equals + 1)]);
    } else {
      const next = argv[index + 1];
      const takesNext = next !== undefined && !next.startsWith("--") && spec.kind !== "boolean";
      if (!takesNext && spec.kind !== "boolean" && spec.kind !== "ignored")
        throw usage(`Missing value of flag '${name}'`);
      found.push([name, takesNext ? next : "true"]);
      if (takesNext) index += 1;
    }
  }
  return found;
}

/** Entries for flags that Mesos has and a stand-in accepts without a use for them; names separated by spaces. */
export function ignoredFlags(...lists: string[]): Record<string, { kind: "ignored" }> {
  return Object.fromEntries(
    lists.flatMap((list) => list.split(" ")).map((name) => [name, { kind: "ignored" }]),
  );
}

/** Mesos reads any value that is a `file://` URL from that file. */
function fromFile(name: string, text: string): string {
  if (!text.startsWith("file://")) return text;
  try {
    return readFileSync(text.slice("file://".length), "utf8").trim();
  } catch (cause) {
    throw usage(`Failed to load flag '${name}': cannot read ${text}`, cause);
  }
}

function convert(name: string, kind: OptionKind, text: string): string | number | boolean {
  if (kind === "integer" && /^\d+$/.test(text)) return Number(text);
  if (kind === "boolean" && /^(true|1)$/.test(text)) return true;
  if (kind === "boolean" && /^(false|0)$/.test(text)) return false;
  if (kind === "duration") {
    const duration = parseDuration(text);
    if (duration !== undefined) return duration;
  }
  if (kind === "text" || kind === "ignored") return text;
  throw usage(`Failed to load value '${text}' of flag '${name}': not a ${kind}`);
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1_000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Milliseconds of `15secs`, `1.5mins`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text);
  const unit = units[match?.[2] ?? ""];
  return unit === undefined ? undefined : Number(match?.[1]) * unit;
}

function usage(message: string, cause?: unknown): LabError {
  return new LabError("stand-in-misused", message, { cause });
}
