import type { z } from "zod";
import type { Clash, Lookup } from "./draft.ts";
import { type Path, type Problem, pathText, quoted, suggestion, valueText } from "./problems.ts";
import { labFileSchema } from "./schema.ts";
import type { YamlSource } from "./yaml-source.ts";

/** What zod found, told with place, value and rule. */
export function issueProblems(issue: z.core.$ZodIssue, raw: unknown, yaml: YamlSource): Problem[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path);
    const place = path.length === 0 ? "" : ` in ${pathText(path)}`;
    return issue.keys.map((key) => ({
      position: yaml.keyPosition(path, key),
      text: `unknown key ${quoted(key)}${place}; ${suggestion(key, known)}`,
    }));
  }
  const { value, present } = dig(raw, path);
  const position = yaml.position(path);
  if (path.length === 0)
    return [{ position, text: `the lab file ${issue.message}, and is ${kindOf(value)}` }];
  if (!present) return [{ position, text: `${pathText(path)} is missing: it ${issue.message}` }];
  let text = `${pathText(path)} ${valueText(value, yaml.written(path))} ${issue.message}`;
  // Numbers for text and text for numbers look right on the page: say what YAML takes them for.
  const scalar = typeof value !== "object";
  const wanted = issue.code === "invalid_type" && issue.expected.replace("int", "number");
  if (issue.code === "invalid_type" && scalar && typeof value !== wanted) text += `, and is ${kindOf(value)}`;
  else if (issue.code === "invalid_value" && typeof value === "string")
    text += closeTo(value, issue.values.map(String));
  return [{ position, text }];
}

function closeTo(value: string, names: readonly string[]): string {
  const text = suggestion(value, names);
  return text.startsWith("did") ? `; ${text}` : "";
}

function knownKeys(path: Path): string[] {
  let schema: z.core.$ZodType = labFileSchema;
  for (const key of [...path, undefined]) {
    while (schema._zod.def.type === "optional") schema = (schema as z.ZodOptional)._zod.def.innerType;
    if (key === undefined) break;
    schema =
      schema._zod.def.type === "array"
        ? (schema as z.ZodArray)._zod.def.element
        : ((schema as z.ZodObject)._zod.def.shape[key] ?? schema);
  }
  return Object.keys((schema as z.ZodObject)._zod.def.shape);
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  const kinds: Record<string, string> = { string: "text", number: "a number", boolean: "true or false" };
  return kinds[typeof value] ?? "a mapping";
}

function dig(raw: unknown, path: Path): { value: unknown; present: boolean } {
  let value = raw;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      return { value: undefined, present: false };
    value = (value as Record<string | number, unknown>)[key];
  }
  return { value, present: true };
}

/** Looks values up for the rules between them: those with an issue of their own, or above them, have no value. */
export function lookupIn(raw: unknown, issues: readonly z.core.$ZodIssue[]): Lookup {
  const bad = new Set(
    issues.filter(({ code }) => code !== "unrecognized_keys").map(({ path }) => JSON.stringify(path)),
  );
  return (path) => {
    const { value, present } = dig(raw, path);
    const broken = [...path, ""].some((_, length) => bad.has(JSON.stringify(path.slice(0, length))));
    return {
      given: present || (path[0] === "machines" && dig(raw, ["machines"]).present),
      ...(broken ? {} : { value }),
    };
  };
}

/** A value that does not fit the others, told with its place. */
export function clashProblem({ at, text }: Clash, yaml: YamlSource): Problem {
  if (at === undefined)
    return text.startsWith("--") ? { text } : { position: yaml.position(["machines"]), text };
  if (at.from === "flag") return { text: `${at.label}: ${text}` };
  return {
    position: yaml.position(at.path),
    text: `${at.label} ${valueText(at.value, yaml.written(at.path))} ${text}`,
  };
}
