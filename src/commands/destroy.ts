import { exitCodes, LabError } from "../errors.ts";
import { kebab } from "../flags.ts";
import { machinesOf } from "../machines/index.ts";
import { canAsk, confirm } from "../ui/ask.ts";
import { runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";
import { machineNamed } from "./ssh.ts";

export interface DestroyOptions extends LabOptions {
  readonly yes?: boolean;
  readonly withDocker?: boolean;
  readonly forget?: readonly string[];
}

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy(options: DestroyOptions, context: Context): Promise<void> {
  const { yes = false, withDocker = false, forget = [], ...which } = options;
  const { lab, folder } = madeLab(which);
  const machines = machinesOf(lab, folder);
  const how = {
    withDocker,
    forget: forget.map((name) => machineNamed(lab, name, "npx mesos-lab destroy --forget").name),
  };
  if (machines.farewell === undefined) refuseFlags({ withDocker, forget: forget.length > 0 });
  const question = machines.farewell?.(how);
  if (question !== undefined && !yes && !(await agreed(question, context))) return;
  const left = await folder.locked(async () => {
    await runTasks([machines.destroy(context, how)], context.display);
    return folder.remove();
  });
  if (context.json) context.emit({ event: "result", destroyed: lab.name, left });
  else if (left.length > 0) context.note(`not made by mesos-lab, so left in ${folder.path}: ${few(left)}`);
  else context.note(`nothing is left of lab "${lab.name}"`);
}

/** @throws LabError `usage` where nobody can be asked. */
async function agreed(question: string, { note, signal }: Context): Promise<boolean> {
  if (!canAsk())
    throw new LabError("destroy asks before it goes to hosts, and nobody is there to answer", {
      exitCode: exitCodes.usage,
      details: [question],
      remedy: ["--yes"],
    });
  note(question);
  if (await confirm("Go on?", signal)) return true;
  note("nothing was changed");
  return false;
}

/** Where there are no hosts, there is nothing that these could mean. */
function refuseFlags(given: Readonly<Record<string, boolean>>): void {
  for (const [flag, is] of Object.entries(given))
    if (is)
      throw new LabError(`--${kebab(flag)} is for labs on hosts, and this is none`, {
        exitCode: exitCodes.usage,
        remedy: [`leave --${kebab(flag)} out`],
      });
}

/** The first of many names. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
