import * as z from "zod";
import { ask, describeAnswer, naming, parseShared } from "./answer.ts";
import type { ProbeContext } from "./context.ts";
import type { HttpAnswer } from "./http.ts";
import { ProbeError } from "./probe-error.ts";

/** The fields that are used of a master's state; names as on the wire. */
export const masterStateSchema = z.object({
  version: z.string(),
  pid: z.string(),
  /** Absent until elected. */
  elected_time: z.number().nullish(),
  /** The leader's pid; absent when there is none. */
  leader: z.string().nullish(),
  activated_slaves: z.number(),
  flags: z.object({ quorum: z.string().nullish() }).nullish(),
  slaves: z.array(
    z.object({
      id: z.string(),
      hostname: z.string(),
      active: z.boolean(),
      /** `slave(1)@192.168.33.19:5051` */
      pid: z.string().nullish(),
    }),
  ),
  frameworks: z.array(
    z.object({
      ...{ id: z.string(), name: z.string(), active: z.boolean() },
      /** As many as the master remembers. */
      completed_tasks: z.array(z.object({ id: z.string(), state: z.string() })).nullish(),
    }),
  ),
});
export type MasterState = z.infer<typeof masterStateSchema>;

/** The fields that are used of an agent's state. */
export const agentStateSchema = z.object({
  version: z.string(),
  /** Empty until registered. */
  id: z.string(),
  hostname: z.string(),
});
export type AgentState = z.infer<typeof agentStateSchema>;

/** What a master says of itself: its state, or, as followers do since 1.0, where the leader is. */
export type MasterView = { readonly state: MasterState } | { readonly redirectsTo: string };

/** Asks a master. @throws ProbeError when it gives neither its state nor a redirect. */
export async function askMaster(context: ProbeContext, origin: string): Promise<MasterView> {
  const { url, answer } = await askState(context, origin);
  const location = answer.headers.location;
  if (answer.status === 307 && location !== undefined) return { redirectsTo: hostOf(location) };
  return { state: await stateFrom(url, answer, masterStateSchema) };
}

/** Asks an agent. @throws ProbeError when it does not give its state. */
export async function askAgent(context: ProbeContext, origin: string): Promise<AgentState> {
  const { url, answer } = await askState(context, origin);
  return stateFrom(url, answer, agentStateSchema);
}

/** `/state` came with 0.25 and `/state.json` went with 1.8, so the one that is there has to be found out. */
async function askState(context: ProbeContext, origin: string): Promise<{ url: string; answer: HttpAnswer }> {
  const paths =
    context.statePaths.get(origin) === "/state.json" ? ["/state.json", "/state"] : ["/state", "/state.json"];
  let last: { url: string; answer: HttpAnswer } | undefined;
  for (const path of paths) {
    const url = `${origin}${path}`;
    last = { url, answer: await ask(context, url) };
    if (last.answer.status === 404) continue;
    context.statePaths.set(origin, path);
    return last;
  }
  return last as { url: string; answer: HttpAnswer };
}

async function stateFrom<T>(url: string, answer: HttpAnswer, schema: z.ZodType<T>): Promise<T> {
  return naming(url, async () => {
    if (answer.status !== 200) throw new ProbeError(describeAnswer(answer));
    return parseShared(answer, schema);
  });
}

/** `host:port` of a Location header such as `//192.168.33.18:5050/state`. */
export function hostOf(location: string): string {
  return /^(?:https?:)?\/\/([^/]+)/.exec(location)?.[1] ?? location;
}
