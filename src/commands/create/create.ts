import { applyBundle, knownByDigest } from "../../bundle/apply.ts";
import { type OpenBundle, openBundle } from "../../bundle/open.ts";
import type { Verdict } from "../../claims/verdict.ts";
import { exitCodes, LabError } from "../../errors.ts";
import type { Lab } from "../../lab/model.ts";
import { applyLock } from "../../lock/apply.ts";
import { bringImages } from "../../machines/docker-ssh/rehearsal-images.ts";
import { machinesOf } from "../../machines/index.ts";
import { lineOf, type Run } from "../../machines/run.ts";
import type { AnsiblePlace } from "../../preflight/ansible-place.ts";
import type { Problem } from "../../preflight/problem.ts";
import { LabFolder } from "../../tools/lab-folder.ts";
import { line, runTasks, type Task } from "../../ui/tasks.ts";
import { chosenLab, madeKind, madeOtherwise } from "../choose-machines.ts";
import { type Context, type LabOptions, usualFile } from "../context.ts";
import { printLab } from "../overview.ts";
import { keepSettled, refuseOrphans, writeLab } from "../render.ts";
import { bundleForHere, takeTask, unpackTask, withOwnBundle, withStagedBundle } from "./bundle.ts";
import { verify } from "./check-claims.ts";
import { printPlan } from "./dry-run.ts";
import { holdToLock, lockPath, lockTask, readLock } from "./lock.ts";

export interface CreateOptions extends LabOptions {
  readonly dryRun?: boolean;
  /** Write the lock anew instead of holding the lab to it. */
  readonly updateLock?: boolean;
  /** A file that `bundle save` made: says what the lab is and has all that it needs. */
  readonly bundle?: string;
  /** Where the playbooks run; default: on this host where its Ansible is usable, else from inside a machine. */
  readonly ansible?: AnsiblePlace;
}

/** preflight → write → boot → provision → verify: ends with a verified lab, and changes nothing on a healthy one. */
export async function create(options: CreateOptions, context: Context): Promise<void> {
  const { dryRun: _, bundle, ansible: wish, ...which } = options;
  if (bundle !== undefined) return createFromBundle(bundle, options, context);
  const { lab: described, without } = await chosenLab(which, context.signal, wish !== undefined);
  if (described.embedded !== undefined && wish !== undefined) throw noPlaybooks(described);
  for (const text of withoutMachines(without)) context.note(text);
  const folder = new LabFolder(described.name);
  const lab = keepSettled(described, folder);
  if (options.dryRun) return printPlan(lab, folder, options, context);
  context.note(`Lab "${lab.name}": stack ${lab.stack}, machines: ${machinesOf(lab, folder).words}`);
  const path = lockPath(options.file ?? usualFile);
  const update = options.updateLock ?? false;
  await folder.locked(() => carryOut({ ...context, lab, folder }, { path, update }, wish, context));
}

function noPlaybooks({ name }: Lab): LabError {
  return new LabError(`lab "${name}" is embedded: there are no machines, and no playbooks, for --ansible`, {
    exitCode: exitCodes.usage,
    remedy: ["leave --ansible out, or ask for machines: --machines vagrant"],
  });
}

async function createFromBundle(path: string, options: CreateOptions, context: Context): Promise<void> {
  const { dryRun, updateLock, file, bundle: _, ansible: wish, ...flags } = options;
  for (const [flag, given] of Object.entries({ "--update-lock": updateLock, "--file": file }))
    if (given !== undefined)
      throw new LabError(`${flag} and --bundle do not go together: the bundle has both lab file and lock`, {
        exitCode: exitCodes.usage,
        remedy: [`leave ${flag} out`],
      });
  const manifest = await bundleForHere(path);
  const folder = new LabFolder(flags.name ?? manifest.lab);
  const lockFile = lockPath(usualFile);
  if (madeKind(flags.name ?? manifest.lab) === "embedded")
    throw madeOtherwise(flags.name ?? manifest.lab, "embedded");
  await folder.locked(() =>
    withStagedBundle(folder, async (staging) => {
      await runTasks([unpackTask(path, staging, context)], context.display);
      const bundle = openBundle({ path, manifest, staging }, flags, usualFile, lockFile);
      const lab = keepSettled(bundle.lab, folder);
      if (dryRun) return printPlan(lab, folder, options, context);
      context.note(`Lab "${lab.name}": stack ${lab.stack}, machines: ${machinesOf(lab, folder).words}`);
      await carryOut({ ...context, lab, folder }, { path: lockFile, update: false, bundle }, wish, context);
    }),
  );
}

/** Said first: which machines there will not be, why, and what would change that. */
function withoutMachines(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  const why = problems.map(({ what }) => what).join(", ");
  return [
    `No virtual machines: ${why}. The lab is embedded: stand-ins as processes on loopback`,
    ...problems.map(({ remedy }) => `  for real machines: ${remedy}`),
  ];
}

/** The lock file of this run, whether it is written anew, and the bundle that the lab is made from. */
interface LockUse {
  readonly path: string;
  readonly update: boolean;
  readonly bundle?: OpenBundle;
}

async function carryOut(
  start: Run,
  use: LockUse,
  wish: AnsiblePlace | undefined,
  context: Context,
): Promise<void> {
  refuseOrphans(start.lab, start.folder);
  const machines = machinesOf(start.lab, start.folder);
  const running = await machines.running();
  let { lab, ansible }: Pick<Run, "lab" | "ansible"> = start;
  const preflight = line(lineOf(start, "preflight", "Check this host"), async () => {
    const locked = () => (use.bundle === undefined ? readLock(use.path) : use.bundle.lock);
    const lock = use.update || machines.images === undefined ? undefined : locked();
    const others = lock && !running ? await holdToLock(lock, start.lab, use.path, start.signal) : [];
    const checked = await machines.preflight(running, start.signal, wish);
    ansible = checked.ansible;
    const held = lock ? applyLock(checked.lab, lock) : checked.lab;
    lab = use.bundle ? applyBundle(held, use.bundle.manifest) : withOwnBundle(held, start.folder);
    const notes = [checked.note, ...others.map((other) => `not as in ${use.path}: ${other}`)];
    return notes.filter((note) => note !== undefined).join("; ") || undefined;
  });
  await runTasks([preflight], context.display);

  const run: Run = { ...start, lab, ...(ansible && { ansible }) };
  let verdict: Verdict | undefined;
  const { images } = machines;
  const imagesOf = images && (async (signal: AbortSignal) => knownByDigest(await images(signal), lab));
  const tasks = [
    ...(use.bundle === undefined ? [] : [takeTask(run, use.bundle, usualFile)]),
    write(run, running),
    ...machinesOf(lab, run.folder).startTasks(run, running),
    verify(run, machines.lastLines, (found) => {
      verdict = found;
    }),
    ...(imagesOf === undefined ? [] : [lockTask(run, imagesOf, use.path, use.update)]),
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
