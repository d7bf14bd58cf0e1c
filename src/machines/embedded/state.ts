import { join } from "node:path";
import * as z from "zod";
import { folderMark, type LauncherState } from "../../rehearsal/embedded/plan.ts";
import { isMarked } from "../../rehearsal/processes/marked.ts";
import { readIfThere } from "../../tools/files.ts";
import { isAlive } from "../../tools/process-mark.ts";

const mark = z.strictObject({ pid: z.int().min(2), startedAt: z.string() });
const schema: z.ZodType<LauncherState> = z.strictObject({
  launcher: mark,
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

function readState(folder: string): LauncherState | "damaged" | undefined {
  const text = readIfThere(join(folder, "state.json"));
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? "damaged";
  } catch {
    return "damaged";
  }
}
