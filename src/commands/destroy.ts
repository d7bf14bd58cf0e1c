import { machinesOf } from "../machines/index.ts";
import { runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  const left = await folder.locked(async () => {
    await runTasks([machinesOf(lab, folder).destroy(context)], context.display);
    return folder.remove();
  });
  if (context.json) context.emit({ event: "result", destroyed: lab.name, left });
  else if (left.length > 0) context.note(`not made by mesos-lab, so left in ${folder.path}: ${few(left)}`);
  else context.note(`nothing is left of lab "${lab.name}"`);
}

/** The first of many names. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
