import { machinesOf } from "../machines/index.ts";
import { runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

/** `halt`: shuts the machines down; nothing is lost. */
export async function halt(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  await folder.locked(() => runTasks([machinesOf(lab, folder).halt(context)], context.display));
}
