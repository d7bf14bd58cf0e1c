import { existsSync } from "node:fs";
import type { Verdict } from "../claims/verdict.ts";
import { exitCodes, LabError } from "../errors.ts";
import { effective } from "../lab/catalogue/container.ts";
import { catalogue } from "../lab/catalogue/index.ts";
import { type Lab, type Machine, partsOf, serviceNames } from "../lab/model.ts";
import { suggestion } from "../lab/problems.ts";
import { machinesOf } from "../machines/index.ts";
import { lineOf, type Run } from "../machines/run.ts";
import { line, runTasks, type Task } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";
import { verify } from "./create/check-claims.ts";
import { printLab } from "./overview.ts";
import { writeLab } from "./render.ts";

/** `up`: starts the machines of a lab again and waits until every service is back. */
export async function up(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  const start: Run = { ...context, ...made };
  await made.folder.locked(async () => {
    const machines = machinesOf(made.lab, made.folder);
    const running = await machines.running();
    let verdict: Verdict | undefined;
    const tasks = [
      ...machines.resumeTasks(start, running),
      verify(start, machines.lastLines, (found) => {
        verdict = found;
      }),
    ];
    await runTasks(tasks, context.display).finally(() => printLab(start, verdict, context));
  });
}

/** `halt`: shuts the machines down; nothing is lost. */
export async function halt(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  await made.folder.locked(() => runTasks([stopTask(made, "halt", context)], context.display));
}

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  const left = await made.folder.locked(async () => {
    // Without a Vagrantfile Vagrant would not find its machines again.
    if (made.lab.embedded === undefined && !existsSync(made.folder.file("Vagrantfile")))
      writeLab(made.lab, made.folder);
    await runTasks([stopTask(made, "destroy", context)], context.display);
    return made.folder.remove();
  });
  if (context.json) context.emit({ event: "result", destroyed: made.lab.name, left });
  else if (left.length > 0)
    context.note(`not made by mesos-lab, so left in ${made.folder.path}: ${few(left)}`);
  else context.note(`nothing is left of lab "${made.lab.name}"`);
}

/** The first of many names. */
function few(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

const stopTitles = {
  halt: { machines: "Shut the machines down", processes: "End the lab's processes" },
  destroy: { machines: "Destroy the machines", processes: "End the lab's processes and its tasks" },
};

function stopTask(made: MadeLab, verb: "halt" | "destroy", context: Context): Task {
  const start: Run = { ...context, ...made };
  const title = stopTitles[verb][made.lab.embedded === undefined ? "machines" : "processes"];
  return line(lineOf(start, verb, title), async (say) => {
    await machinesOf(made.lab, made.folder)[verb](start, say);
    return undefined;
  });
}

/** `ssh <machine> [-- command]`: a shell on a machine, or one command; returns its exit code. */
export async function sshCommand(
  name: string,
  remote: readonly string[],
  options: LabOptions,
): Promise<number> {
  const made = madeLab(options);
  return machinesOf(made.lab, made.folder).shell(namedMachine(made.lab, name), remote);
}

export interface LogsOptions extends LabOptions {
  readonly follow?: boolean;
  readonly tail?: string;
}

/** `logs <service> [-f]`: what a service has printed; returns the exit code of what shows it. */
export async function logs(service: string, options: LogsOptions): Promise<number> {
  const { follow, tail, ...which } = options;
  const made = madeLab(which);
  const parts = partsOf(made.lab);
  const part =
    parts.find((each) => each.service === service) ??
    catalogue(made.lab).find((each) => effective(each).name === service);
  if (part === undefined)
    throw new LabError(`there is no service "${service}", ${suggestion(service, serviceNames)}`, {
      exitCode: exitCodes.usage,
      remedy: [...new Set(parts.map((each) => `npx mesos-lab logs ${each.service}`))],
    });
  return machinesOf(made.lab, made.folder).logs(part, { follow: follow ?? false, tail: tail ?? "200" });
}

function namedMachine(lab: Lab, name: string): Machine {
  const machine = lab.machines.find((each) => each.name === name);
  if (machine !== undefined) return machine;
  const names = lab.machines.map((each) => each.name);
  throw new LabError(`there is no machine "${name}", ${suggestion(name, names)}`, {
    exitCode: exitCodes.usage,
    remedy: lab.machines.map((each) => `npx mesos-lab ssh ${each.name}`),
  });
}
