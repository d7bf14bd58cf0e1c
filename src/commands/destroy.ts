import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { ask } from "../ui/ask.ts";
import { runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

export interface DestroyOptions extends LabOptions {
  /** Do not ask before machines are lost. */
  readonly yes?: boolean;
}

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy({ yes = false, ...which }: DestroyOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(which);
  const destruction = machinesOf(lab, folder).destroy(context);
  if (destruction.loses.length > 0) await askToLose(destruction.loses, lab, yes, context);
  const left = await folder.locked(async () => {
    await runTasks([destruction.task], context.display);
    return folder.remove();
  });
  if (context.json) context.emit({ event: "result", destroyed: lab.name, left });
  else if (left.length > 0) context.note(`not made by mesos-lab, so left in ${folder.path}: ${few(left)}`);
  else context.note(`nothing is left of lab "${lab.name}"`);
}

/** @throws LabError `usage` unless the answer is yes. */
async function askToLose(
  machines: readonly string[],
  lab: Lab,
  yes: boolean,
  { json, signal }: Context,
): Promise<void> {
  const lost = `${machines.length === 1 ? "machine" : "machines"} ${few(machines)} of lab "${lab.name}"`;
  const answer = await ask(`Destroy the ${lost}?`, { yes, json, signal });
  if (answer === "yes") return;
  const why = answer === "no" ? "as you said" : "there is no terminal to ask at, and no --yes";
  throw new LabError(`nothing was destroyed: ${why}`, {
    exitCode: exitCodes.usage,
    details: [`${lost} would be lost`],
    remedy: [`npx mesos-lab destroy --yes --name ${lab.name}`],
  });
}

/** The first of many names. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
