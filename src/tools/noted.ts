import type * as z from "zod";
import { jsonOrUndefined } from "../untrusted.ts";
import { readIfThere } from "./files.ts";

/** What the tool has noted in a file; undefined where there is none, and where it is damaged or cannot be read. */
export function noted<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(jsonOrUndefined(readIfThere(path) ?? "")).data;
  } catch {
    return undefined;
  }
}
