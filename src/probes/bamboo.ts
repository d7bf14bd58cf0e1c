import * as z from "zod";
import { ask, askJson } from "./answer.ts";
import type { ProbeContext } from "./context.ts";
import type { HttpAnswer } from "./http.ts";

export const bambooStateSchema = z.object({
  /** Null when Bamboo cannot reach Marathon. */
  Apps: z.array(z.object({ Id: z.string() })).nullable(),
  /** Null when Bamboo cannot read its rules in ZooKeeper. */
  Services: z.record(z.string(), z.object({ Id: z.string(), Acl: z.string() })).nullable(),
});
export type BambooState = z.infer<typeof bambooStateSchema>;

/** `OK` when Bamboo runs; says nothing about what it depends on. */
export function askStatus(context: ProbeContext, origin: string): Promise<HttpAnswer> {
  return ask(context, `${origin}/status`);
}

/** What Bamboo reads from Marathon and ZooKeeper right now, not what HAProxy has loaded. */
export function askBambooState(context: ProbeContext, origin: string): Promise<BambooState> {
  return askJson(context, `${origin}/api/state`, bambooStateSchema);
}
