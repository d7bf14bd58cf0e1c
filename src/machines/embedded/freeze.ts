import { toContainers } from "../../rehearsal/embedded/containers.ts";
import { noteFrozen, thaw } from "../../rehearsal/embedded/frozen.ts";
import { folderMark } from "../../rehearsal/embedded/plan.ts";
import { findMarked } from "../../rehearsal/processes/marked.ts";
import { markOf, type ProcessMark } from "../../tools/process-mark.ts";
import type { Bounds, Lasting } from "../machines.ts";
import { signalTo } from "./processes.ts";

/** Stops one process of a lab without ending it. The lab's launcher has it go on after the bound. */
export function freezeProcess(folder: string, mark: ProcessMark, { boundMs }: Bounds): Lasting {
  noteFrozen(folder, { boundMs, processes: [mark] });
  signalTo(mark.pid, "SIGSTOP");
  return { undo: () => thaw(folder) };
}

/**
 * The same with everything that carries these marks, processes and containers; undefined where there is nothing.
 * @throws LabError `tool` when Docker does not answer.
 */
export async function freezeMarked(
  folder: string,
  marks: Readonly<Record<string, string>>,
  { boundMs }: Bounds,
): Promise<Lasting | undefined> {
  const all = { ...marks, [folderMark]: folder };
  const stopped = new Map<number, ProcessMark>();
  try {
    // Again until there is no other: one of them may just have started another.
    for (;;) {
      const found = (await findMarked(all)).filter((pid) => !stopped.has(pid)).map(markOf);
      const fresh = found.filter((mark) => mark !== undefined);
      if (fresh.length === 0) break;
      for (const mark of fresh) stopped.set(mark.pid, mark);
      noteFrozen(folder, { boundMs, processes: [...stopped.values()] });
      for (const { pid } of fresh) signalTo(pid, "SIGSTOP");
    }
    if (stopped.size === 0) noteFrozen(folder, { boundMs, processes: [] });
    const paused = await toContainers(all, [], ["pause"]);
    if (stopped.size + paused.length > 0) return { undo: () => thaw(folder) };
  } catch (error) {
    await thaw(folder);
    throw error;
  }
  await thaw(folder);
  return undefined;
}
