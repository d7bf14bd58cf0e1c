import { type Exit, exitWords } from "./process-group.ts";
import type { TaskEnd } from "./task-runner.ts";

/** How a container's end is told; what was killed was killed, whatever its status is. */
export function endOf(exit: Exit, killed: boolean): TaskEnd {
  if (killed) return { state: "TASK_KILLED", message: "" };
  if ("error" in exit) return runError(exit.error);
  if ("status" in exit && exit.status === 0) return { state: "TASK_FINISHED", message: "" };
  return runError(`Container exited on error: ${exitWords(exit)}`);
}

export function runError(why: string): TaskEnd {
  return { state: "TASK_FAILED", message: `Docker container run error: ${why}` };
}
