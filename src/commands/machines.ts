import { existsSync } from "node:fs";
import { exitCodes, LabError } from "../errors.ts";
import { effective } from "../lab/catalogue/container.ts";
import { catalogue } from "../lab/catalogue/index.ts";
import type { Machine } from "../lab/model.ts";
import { boot, machinesAnswer } from "../steps/boot.ts";
import { lineOf, type Run } from "../steps/run.ts";
import { verify } from "../steps/verify.ts";
import { run, runInteractive } from "../tools/exec.ts";
import { ssh } from "../tools/ssh.ts";
import { vagrantDestroy, vagrantHalt } from "../tools/vagrant.ts";
import { line, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";
import { printLab } from "./overview.ts";

/** `up`: starts the machines of a lab again and waits until every service is back. */
export async function up(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  const start: Run = { ...context, ...made };
  await made.folder.locked(async () => {
    const running = await machinesAnswer(start);
    await runTasks(
      [boot(start, running), verify(start, (found) => printLab(start, found, context))],
      context.display,
    );
  });
}

/** `halt`: shuts the machines down; nothing is lost. */
export async function halt(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  const start: Run = { ...context, ...made };
  await made.folder.locked(() =>
    runTasks([vagrantTask(start, "halt", "Shut the machines down")], context.display),
  );
}

/** `destroy`: removes the machines and everything the tool wrote for this lab. */
export async function destroy(options: LabOptions, context: Context): Promise<void> {
  const made = madeLab(options);
  const start: Run = { ...context, ...made };
  const left = await made.folder.locked(async () => {
    // Nothing to ask Vagrant about a lab that was only rendered.
    if (existsSync(made.folder.file(".vagrant")))
      await runTasks([vagrantTask(start, "destroy", "Destroy the machines")], context.display);
    return made.folder.remove();
  });
  if (context.json) context.emit({ event: "result", destroyed: made.lab.name, left });
  else if (left.length > 0)
    context.note(`not made by mesos-lab, so left in ${made.folder.path}: ${left.join(", ")}`);
  else context.note(`nothing is left of lab "${made.lab.name}"`);
}

function vagrantTask(start: Run, verb: "halt" | "destroy", title: string) {
  const command = verb === "halt" ? vagrantHalt(start.folder.path) : vagrantDestroy(start.folder.path);
  return line(lineOf(start, verb, title), async (say) => {
    await run(command, { signal: start.signal, logFile: start.folder.freshLog(verb), onLine: say });
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
  return runInteractive(ssh(made.folder.path, made.lab, reachable(made, name), remote));
}

export interface LogsOptions extends LabOptions {
  readonly follow?: boolean;
  readonly tail?: string;
}

/** `logs <service> [-f]`: what a service's container has printed; returns the exit code of `docker logs`. */
export async function logs(service: string, options: LogsOptions): Promise<number> {
  const { follow, tail, ...which } = options;
  const made = madeLab(which);
  const entries = catalogue(made.lab);
  const entry = entries.find((each) => each.service === service || effective(each).name === service);
  if (entry === undefined)
    throw new LabError(`there is no service "${service}"`, {
      exitCode: exitCodes.usage,
      remedy: entries.map((each) => `npx mesos-lab logs ${each.service}`),
    });
  const command = [
    "docker",
    "logs",
    ...(follow ? ["--follow"] : []),
    "--tail",
    tail ?? "200",
    effective(entry).name,
  ];
  return runInteractive(
    ssh(made.folder.path, made.lab, reachable(made, entry.machine.name), ["sudo", ...command], follow),
  );
}

function reachable({ lab, folder }: MadeLab, name: string): Machine {
  const machine = lab.machines.find((each) => each.name === name);
  if (machine === undefined)
    throw new LabError(`there is no machine "${name}"`, {
      exitCode: exitCodes.usage,
      remedy: lab.machines.map((each) => `npx mesos-lab ssh ${each.name}`),
    });
  if (!existsSync(folder.file(".vagrant", "machines", name, lab.provider, "private_key")))
    throw new LabError(`machine "${name}" has not been made yet`, {
      exitCode: exitCodes.usage,
      remedy: ["npx mesos-lab create"],
    });
  return machine;
}
