import { LabError } from "../errors.ts";
import { kebab } from "../flags.ts";
import { withLeaving } from "../lab/growth.ts";
import type { Lab } from "../lab/model.ts";
import { areLent } from "../lab/runs.ts";
import { machinesOf } from "../machines/index.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { ask } from "../ui/ask.ts";
import { line, lineOf, runTasks } from "../ui/tasks.ts";
import { clean } from "../untrusted.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";
import { machineNamed } from "./ssh.ts";

export interface DestroyOptions extends LabOptions {
  /** Do not ask before machines are lost, or somebody's are gone to. */
  readonly yes?: boolean;
  readonly withDocker?: boolean;
  readonly forget?: readonly string[];
}

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy(options: DestroyOptions, context: Context): Promise<void> {
  const { yes = false, withDocker = false, forget = [], ...which } = options;
  const { lab: made, folder } = madeLab(which);
  const lab = withLeaving(made, folder.leaving());
  if (!areLent(lab)) refuseFlags({ withDocker, forget: forget.length > 0 });
  const named = forget.map((name) => machineNamed(lab, name, "npx mesos-lab destroy --forget").name);
  const { loses, takes, task, outlives } = machinesOf(lab, folder).destroy(context, {
    withDocker,
    forget: named,
  });
  const lost = `${loses.length === 1 ? "machine" : "machines"} ${few(loses)} of lab "${lab.name}"`;
  if (loses.length > 0) await agree(`Destroy the ${lost}?`, `${lost} would be lost`, lab, yes, context);
  if (takes !== undefined) await agree(`${takes}\nGo on?`, takes, lab, yes, context);
  const left = await folder.locked(async () => {
    await runTasks([task], context.display);
    const stays = await leaveJoined(lab, context);
    const processes = (outlives?.() ?? []).map((each) => clean(each, 60));
    return { files: await folder.remove(), processes, stays };
  });
  tellWhatIsLeft(lab, folder, left, context);
}

/** Last: a Marathon that still runs would only register again. */
async function leaveJoined(lab: Lab, context: Context): Promise<string | undefined> {
  const { mesos } = lab;
  if (mesos?.found === undefined) return undefined;
  let stays: string | undefined;
  const leave = line(lineOf(context, "leave", `Leave the Mesos at ${mesos.zk}`), async () => {
    const { leaveMesos } = await import("../machines/joined/leave-mesos.ts");
    stays = await leaveMesos(lab, mesos, context.signal);
    return stays === undefined ? undefined : "something stays there";
  });
  await runTasks([leave], context.display);
  return stays;
}

interface Left {
  /** Files of the lab's folder that the tool has not made. */
  readonly files: readonly string[];
  /** Programs that use the folder and may be the lab's or the user's. */
  readonly processes: readonly string[];
  /** What stays in a Mesos that is not the lab's, as a sentence. */
  readonly stays: string | undefined;
}

function tellWhatIsLeft(
  lab: Lab,
  folder: LabFolder,
  { files: left, processes, stays }: Left,
  context: Context,
): void {
  if (stays !== undefined) context.note(stays);
  if (processes.length > 0)
    context.note(`still at work in the lab's folder, and without its mark, so left alone: ${few(processes)}`);
  if (context.json)
    context.emit({ event: "result", destroyed: lab.name, left, processes, ...(stays && { inMesos: stays }) });
  else if (left.length > 0) context.note(`not made by mesos-lab, so left in ${folder.path}: ${few(left)}`);
  else if (stays === undefined && processes.length === 0)
    context.note(`nothing is left of lab "${lab.name}"`);
}

/** @throws LabError `usage` unless the answer is yes. */
async function agree(
  question: string,
  consequence: string,
  lab: Lab,
  yes: boolean,
  { json, signal }: Context,
): Promise<void> {
  const answer = await ask(question, { yes, json, signal });
  if (answer === "yes") return;
  const why = answer === "no" ? "as you said" : "there is no terminal to ask at, and no --yes";
  throw new LabError("not-confirmed", `nothing was destroyed: ${why}`, {
    details: consequence.split("\n"),
    remedy: [`npx mesos-lab destroy --yes --name ${lab.name}`],
  });
}

/** Where there are no hosts, there is nothing that these could mean. */
function refuseFlags(given: Readonly<Record<string, boolean>>): void {
  for (const [flag, is] of Object.entries(given))
    if (is)
      throw new LabError("flag-does-not-fit", `--${kebab(flag)} is for labs on hosts, and this is none`, {
        remedy: [`leave --${kebab(flag)} out`],
      });
}

/** The first of many names. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
