import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, isProcessMark, type ProcessMark } from "../../tools/process-mark.ts";
import { mayHaveContainers, toContainers } from "./containers.ts";
import { folderMark } from "./plan.ts";

/** What stands still in a lab for a drill, by a note in the lab's folder: whoever reads it can have it go on. */
export interface Frozen {
  /** The launcher has it go on after this time. */
  readonly boundMs: number;
  readonly processes: readonly ProcessMark[];
}

function noteIn(folder: string): string {
  return join(folder, "frozen.json");
}

/** Written before anything is stopped. */
export function noteFrozen(folder: string, frozen: Frozen): void {
  writeFileSync(`${noteIn(folder)}.new`, JSON.stringify(frozen), { mode: 0o600 });
  renameSync(`${noteIn(folder)}.new`, noteIn(folder));
}

/** Has everything of a lab go on that was stopped for a drill. */
export async function thaw(folder: string): Promise<void> {
  const frozen = frozenIn(folder);
  if (frozen === undefined) return;
  for (const mark of frozen.processes) {
    try {
      if (isAlive(mark)) process.kill(mark.pid, "SIGCONT");
    } catch {
      // Gone meanwhile.
    }
  }
  if (mayHaveContainers(folder))
    await toContainers({ [folderMark]: folder }, ["--filter", "status=paused"], ["unpause"]);
  rmSync(noteIn(folder), { force: true });
}

/** Looks after what a drill has stopped: the returned function, called again and again, has it go on when it is time. */
export function guardFrozen(folder: string, say: (line: string) => void): () => void {
  let waiting: NodeJS.Timeout | undefined;
  let known: number | undefined;
  return () => {
    const written = statSync(noteIn(folder), { throwIfNoEntry: false })?.mtimeMs;
    if (written === known) return;
    known = written;
    clearTimeout(waiting);
    if (written === undefined) return;
    waiting = setTimeout(() => {
      say("what a drill has stopped goes on: nobody else has seen to it");
      thaw(folder).catch((error: Error) => say(error.message));
    }, frozenIn(folder)?.boundMs ?? 0);
  };
}

/** Undefined where nothing stands still, and where the note is damaged. */
function frozenIn(folder: string): Frozen | undefined {
  try {
    const { boundMs, processes } = Object(
      JSON.parse(readFileSync(noteIn(folder), "utf8")),
    ) as Partial<Frozen>;
    if (typeof boundMs !== "number" || !Array.isArray(processes) || !processes.every(isProcessMark))
      return undefined;
    return { boundMs, processes };
  } catch {
    return undefined;
  }
}
