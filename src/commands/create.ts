import type { Verdict } from "../claims/verify.ts";
import type { Lab } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { bringImages } from "../steps/images.ts";
import { lineOf, type Run } from "../steps/run.ts";
import { verify } from "../steps/verify.ts";
import { ansiblePlaybook } from "../tools/ansible.ts";
import { pretty } from "../tools/exec.ts";
import { hostProvider } from "../tools/host.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { vagrantUp } from "../tools/vagrant.ts";
import { line, runTasks, type Task } from "../ui/tasks.ts";
import { type Context, describedLab, type LabOptions } from "./context.ts";
import { printLab } from "./overview.ts";
import { keepSettled, refuseOrphans, writeLab } from "./render.ts";

export interface CreateOptions extends LabOptions {
  readonly dryRun?: boolean;
}

/** preflight → write → boot → provision → verify: ends with a verified lab, and changes nothing on a healthy one. */
export async function create(options: CreateOptions, context: Context): Promise<void> {
  const described = describedLab(options, hostProvider());
  const folder = new LabFolder(described.name);
  const lab = keepSettled(described, folder);
  if (options.dryRun) return printPlan(lab, folder, options, context);
  context.note(`Lab "${lab.name}": stack ${lab.stack}, machines by ${machinesOf(lab, folder).words}`);
  await folder.locked(() => carryOut({ ...context, lab, folder }, context));
}

async function carryOut(start: Run, context: Context): Promise<void> {
  refuseOrphans(start.lab, start.folder);
  const machines = machinesOf(start.lab, start.folder);
  const running = await machines.running();
  let lab = start.lab;
  const preflight = line(lineOf(start, "preflight", "Check this host"), async () => {
    const checked = await machines.preflight(running, start.signal);
    lab = checked.lab;
    return checked.note;
  });
  await runTasks([preflight], context.display);

  const run: Run = { ...start, lab };
  let verdict: Verdict | undefined;
  const tasks = [
    write(run, running),
    ...machinesOf(lab, run.folder).startTasks(run, running),
    verify(run, machines.lastLines, (found) => {
      verdict = found;
    }),
  ];
  await runTasks(tasks, context.display).finally(() => printLab(run, verdict, context));
}

function write(run: Run, running: boolean): Task {
  return line(lineOf(run, "write", `Write ${run.folder.path}`), async () => {
    const changed = writeLab(run.lab, run.folder);
    await bringImages(run);
    const late = running && changed.includes("Vagrantfile");
    const notice = late
      ? ", the Vagrantfile among them: running machines heed it after `vagrant reload`"
      : "";
    return changed.length === 0 ? "nothing to change" : `${changed.length} files${notice}`;
  });
}

/** `--dry-run`: every command that would run, ready to be pasted. */
function printPlan(lab: Lab, folder: LabFolder, options: CreateOptions, context: Context): void {
  const { dryRun: _, ...flags } = options;
  const words = Object.entries({ ...flags, provider: lab.provider }).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)],
  );
  const name = ["--name", lab.name];
  const commands = [
    { file: "npx", args: ["mesos-lab", "render", ...words] },
    vagrantUp(folder.path, lab.provider),
    ansiblePlaybook(folder.path),
    { file: "npx", args: ["mesos-lab", "verify", ...name] },
  ];
  if (context.json) context.emit({ event: "result", commands: commands.map(pretty) });
  else for (const command of commands) context.print(pretty(command));
}
