import { join } from "node:path";
import * as z from "zod";
import { digestOf, folderMark, type LauncherState, type Plan } from "../../rehearsal/embedded/plan.ts";
import { isMarked } from "../../rehearsal/processes/marked.ts";
import { readIfThere } from "../../tools/files.ts";
import { isAlive } from "../../tools/process-mark.ts";

const mark = z.strictObject({ pid: z.int().min(2), startedAt: z.string() });
const schema: z.ZodType<LauncherState> = z.strictObject({
  launcher: mark,
  plan: z.string().optional(),
  services: z.record(
    z.string(),
    z.strictObject({ process: mark.optional(), ready: z.boolean(), failures: z.int().min(0) }),
  ),
}) as z.ZodType<LauncherState>;

/** What the launcher of a lab has last said: undefined where there has been none, or where that is damaged. */
export function launcherState(folder: string): LauncherState | undefined {
  const found = readState(folder);
  return found === "damaged" ? undefined : found;
}

/** Whether the launcher's state is there and cannot be read. */
export function isStateDamaged(folder: string): boolean {
  return readState(folder) === "damaged";
}

/** The launcher's state, if that very launcher still runs and is this lab's: numbers in a file prove nothing. */
export function runningState(folder: string): LauncherState | undefined {
  const state = launcherState(folder);
  return state !== undefined &&
    isAlive(state.launcher) &&
    isMarked(state.launcher.pid, { [folderMark]: folder })
    ? state
    : undefined;
}

/** What the launcher that runs has taken in: undefined where none does, or where it is one that takes in nothing else. */
export function runningPlan(folder: string): Plan | undefined {
  const { plan } = runningState(folder) ?? {};
  const text = readIfThere(join(folder, "plan.json"));
  // By its digest it is what a tool of this version has written.
  return text !== undefined && plan === digestOf(text) ? (JSON.parse(text) as Plan) : undefined;
}

function readState(folder: string): LauncherState | "damaged" | undefined {
  const text = readIfThere(join(folder, "state.json"));
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? "damaged";
  } catch {
    return "damaged";
  }
}
