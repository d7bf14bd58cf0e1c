import type { Machine } from "../../lab/model.ts";
import { readTemplates } from "../../tools/files.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { broughtTo } from "./brings.ts";
import { type Fleet, runOn } from "./fleet.ts";

/** Long enough for ten seconds a container on a machine in software. */
const timeoutMs = 600_000;

/** Removes the services from all machines at once, with their tasks and all that they have stored. */
export function emptying(fleet: Fleet, progress: Progress): Task {
  const { lab } = fleet;
  const on = runOn(fleet);
  const script = readTemplates().get("guest/empty.sh") as string;
  const empty = async (machine: Machine, say: (text: string) => void) => {
    const { containers, volumes, folders } = broughtTo(lab, machine);
    const lists = [containers.toReversed(), volumes, folders].map((words) => words.join(" "));
    const options = { signal: progress.signal, timeoutMs, onLine: say };
    await on(machine, ["sudo", "sh", "-c", script, "empty", ...lists], options);
    return undefined;
  };
  return {
    title: "Remove the services and what they have stored",
    task: (_, task) =>
      task.newListr(
        lab.machines.map((machine) =>
          line(lineOf(progress, "empty", `${machine.name} ${machine.ip}`, machine.name), (say) =>
            empty(machine, say),
          ),
        ),
        { concurrent: true },
      ),
  };
}
