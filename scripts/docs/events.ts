import type { z } from "zod";
import { momentSchemas, thingSchemas } from "../../src/watch/model/event.ts";

/** The fields of each event of `events --json`. */
export function eventsTable(): string {
  const rows = Object.entries({ ...thingSchemas, ...momentSchemas }).map(([name, { shape }]) => {
    const fields = Object.entries(shape as Record<string, z.ZodType>).flatMap(([field, type]) =>
      field === "event" ? [] : [fieldText(field, type)],
    );
    return `| \`${name}\` | ${fields.join("; ")} |`;
  });
  return ["| event | fields besides `at` and `event` |", "|---|---|", ...rows].join("\n");
}

function fieldText(name: string, type: z.ZodType): string {
  const inner = type.def.type === "optional" ? (type as z.ZodOptional<z.ZodType>).def.innerType : type;
  const values = inner.def.type === "enum" ? (inner as z.ZodEnum).options.map((each) => `\`${each}\``) : [];
  const words = [
    ...(inner === type ? [] : ["may be absent"]),
    ...(values.length > 0 ? [`one of ${values.join(", ")}`] : []),
    ...(inner.def.type === "boolean" ? ["true or false"] : []),
    ...(inner.def.type === "array" ? [`list${itemsOf(inner as z.ZodArray<z.ZodType>)}`] : []),
    ...((type.description ?? inner.description) ? [type.description ?? inner.description] : []),
  ];
  return `\`${name}\`${words.length > 0 ? ` (${words.join(": ")})` : ""}`;
}

function itemsOf({ element }: z.ZodArray<z.ZodType>): string {
  if (element.def.type !== "object") return "";
  return ` of ${Object.keys((element as z.ZodObject).shape)
    .map((each) => `\`${each}\``)
    .join(", ")}`;
}
