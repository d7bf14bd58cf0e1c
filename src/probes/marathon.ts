import * as z from "zod";
import { askJson, askJsonAnswer } from "./answer.ts";
import type { ProbeContext } from "./context.ts";

export const marathonInfoSchema = z.object({
  version: z.string(),
  elected: z.boolean().nullish(),
  leader: z.string().nullish(),
  /** Null until Marathon has registered with Mesos. */
  frameworkId: z.string().nullish(),
});
export type MarathonInfo = z.infer<typeof marathonInfoSchema>;

export const marathonTaskSchema = z.object({
  id: z.string(),
  appId: z.string(),
  host: z.string(),
  ports: z.array(z.number()).nullish(),
  /** Null while the task is only staged. */
  startedAt: z.string().nullish(),
});
export type MarathonTask = z.infer<typeof marathonTaskSchema>;

export const marathonAppSchema = z.object({
  id: z.string(),
  instances: z.number(),
  /** The service ports. */
  ports: z.array(z.number()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  tasksRunning: z.number().nullish(),
  tasksStaged: z.number().nullish(),
});
export type MarathonApp = z.infer<typeof marathonAppSchema>;

export const subscriptionsSchema = z.object({ callbackUrls: z.array(z.string()) });
const tasksSchema = z.object({ tasks: z.array(marathonTaskSchema) });
const appsSchema = z.object({ apps: z.array(marathonAppSchema) });

/** Version, election and framework id. Like all asks of Marathon: ProbeError while it has no leader (503). */
export function askInfo(context: ProbeContext, origin: string): Promise<MarathonInfo> {
  return askJson(context, `${origin}/v2/info`, marathonInfoSchema);
}

/** The same, and whether a follower has handed the question on to its leader: it says so in a header. */
export async function askInfoAndWay(
  context: ProbeContext,
  origin: string,
): Promise<{ readonly info: MarathonInfo; readonly handedOn: boolean }> {
  const { value, headers } = await askJsonAnswer(context, `${origin}/v2/info`, marathonInfoSchema);
  return { info: value, handedOn: headers["x-marathon-via"] !== undefined };
}

/** The URLs that Marathon calls on every event. */
export async function askSubscriptions(context: ProbeContext, origin: string): Promise<string[]> {
  return (await askJson(context, `${origin}/v2/eventSubscriptions`, subscriptionsSchema)).callbackUrls;
}

/** The same, with the time of Marathon's own clock, in milliseconds since 1970; undefined where it does not say. */
export async function askTasksAndTime(
  context: ProbeContext,
  origin: string,
): Promise<{ readonly tasks: MarathonTask[]; readonly now: number | undefined }> {
  const { value, headers } = await askJsonAnswer(context, `${origin}/v2/tasks`, tasksSchema);
  const now = Date.parse(headers.date ?? "");
  return { tasks: value.tasks, now: Number.isNaN(now) ? undefined : now };
}

/** The tasks of all applications, staged ones included. */
export async function askTasks(context: ProbeContext, origin: string): Promise<MarathonTask[]> {
  return (await askJson(context, `${origin}/v2/tasks`, tasksSchema)).tasks;
}

export async function askApps(context: ProbeContext, origin: string): Promise<MarathonApp[]> {
  return (await askJson(context, `${origin}/v2/apps`, appsSchema)).apps;
}
