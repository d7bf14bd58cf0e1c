import * as z from "zod";
import { labFileSchema } from "../../src/lab/schema.ts";

/** The lab file's JSON Schema as file contents, for completion and checks in editors. Draft 7 is what they read best. */
export function labFileJsonSchema(): string {
  const schema = z.toJSONSchema(labFileSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ title: "mesos-lab.yaml", ...schema }, undefined, 2)}\n`;
}
