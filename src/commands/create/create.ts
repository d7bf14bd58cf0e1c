import { bundleRunsOn } from "../../bundle/manifest.ts";
import { openBundle } from "../../bundle/open.ts";
import { LabError } from "../../errors.ts";
import type { Problem } from "../../lab/finding.ts";
import type { Lab } from "../../lab/model.ts";
import { refuseMadeOtherwise } from "../../machines/choose.ts";
import { machinesOf, madeOn } from "../../machines/index.ts";
import { LabFolder } from "../../tools/lab-folder.ts";
import { runTasks } from "../../ui/tasks.ts";
import { chosenLab } from "../chosen-lab.ts";
import { type Context, usualFile } from "../context.ts";
import { bundleForHere, takeBox, unpackTask, withStagedBundle } from "./bundle.ts";
import { carryOut } from "./carry-out.ts";
import { verifyClaims } from "./check-claims.ts";
import { checkHost } from "./check-host.ts";
import { printPlan } from "./dry-run.ts";
import { fetchImages } from "./fetch-images.ts";
import { keepFresh, noteFresh } from "./fresh.ts";
import { joinMesos } from "./join-mesos.ts";
import { compareWithLock, lockPath } from "./lock.ts";
import { lookAtMachines, lookBack, noteLeft, unlessAsLeft } from "./look-back.ts";
import { type Asked, machinesFor, type Step } from "./making.ts";
import type { CreateOptions } from "./options.ts";
import {
  drainLeaving,
  forgetLeaving,
  keepReturning,
  movesTasks,
  putBackLeft,
  releaseLeaving,
} from "./release.ts";
import { writeFiles, writeLocked } from "./write-files.ts";

const startMachines: Step = (making) => {
  making.fresh = making.folder.madeMachines().length === 0;
  const leaving = making.leaving?.machines ?? [];
  return [machinesFor(making).boot(making, { running: making.running, again: false, leaving })];
};
/** The claims wait for the services, unless they are needed before. */
const setUpServices: Step = (making) =>
  machinesFor(making).provision(making, { ansible: making.ansible, untilReady: movesTasks(making) });

/**
 * From a described lab to a verified one; on a healthy lab it changes nothing, and where all is as the last run left it, it
 * looks and verifies only. The first step that fails ends it.
 */
const story: readonly Step[] = [
  joinMesos,
  lookBack,
  // Who returns is kept before the files are written: with them it is forgotten who was to leave.
  ...unlessAsLeft(checkHost, takeBox, fetchImages, keepReturning),
  writeFiles,
  ...unlessAsLeft(startMachines, setUpServices, lookAtMachines),
  putBackLeft,
  ...unlessAsLeft(
    drainLeaving,
    releaseLeaving,
    forgetLeaving,
    verifyClaims,
    compareWithLock,
    writeLocked,
    noteLeft,
    keepFresh,
    noteFresh,
  ),
];

/** Makes the lab that the lab file and the flags describe, or the one of a bundle. */
export async function create(options: CreateOptions, context: Context): Promise<void> {
  const { dryRun, updateLock = false, bundle, ansible, reapply, profile, ...which } = options;
  if (dryRun && profile) throw nothingToProfile();
  if (bundle !== undefined) return createFromBundle(bundle, options, context);
  const insists = ansible === undefined ? [] : ["--ansible"];
  const { lab, folder, flags, without } = await chosenLab(which, context.signal, insists);
  if (ansible !== undefined && machinesOf(lab, folder).parts === undefined) throw noPlaybooks(lab);
  for (const text of withoutMachines(without)) context.note(text);
  const lockFile = lockPath(flags.file ?? usualFile);
  if (dryRun) return printPlan(lab, folder, { ...options, ...flags }, lockFile, context);
  const asked = { ansible, lockFile, updateLock, reapply, flags };
  await folder.locked(() => make(lab, folder, asked, profile, context));
}

async function make(
  lab: Lab,
  folder: LabFolder,
  asked: Asked,
  profile: boolean | undefined,
  context: Context,
): Promise<void> {
  const run = (each: Context) => carryOut(story, lab, folder, asked, each);
  if (!profile) return run(context);
  // A page and its look: loaded where they are asked for.
  const { profiled } = await import("./profile.ts");
  await profiled(lab, folder, context, run);
}

async function createFromBundle(path: string, options: CreateOptions, context: Context): Promise<void> {
  const { dryRun, updateLock, file, bundle: _, ansible, reapply, profile, ...flags } = options;
  for (const [flag, given] of Object.entries({ "--update-lock": updateLock, "--file": file }))
    if (given !== undefined)
      throw new LabError(
        "flag-does-not-fit",
        `${flag} and --bundle do not go together: the bundle has both lab file and lock`,
        {
          remedy: [`leave ${flag} out`],
        },
      );
  const manifest = await bundleForHere(path);
  const name = flags.name ?? manifest.lab;
  const folder = new LabFolder(name);
  const lockFile = lockPath(usualFile);
  refuseMadeOtherwise(name, madeOn(folder), bundleRunsOn);
  await folder.locked(() =>
    withStagedBundle(folder, async (staging) => {
      await runTasks([unpackTask(path, staging, context)], context.display);
      const bundle = openBundle({ path, manifest, staging }, flags, usualFile, lockFile);
      if (dryRun) return printPlan(bundle.lab, folder, options, lockFile, context);
      const asked = { ansible, lockFile, updateLock: false, bundle, reapply, flags };
      await make(bundle.lab, folder, asked, profile, context);
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

function nothingToProfile(): LabError {
  return new LabError("flag-does-not-fit", "--dry-run does nothing whose time could be told by --profile", {
    remedy: ["leave one of them out"],
  });
}

function noPlaybooks({ name }: Lab): LabError {
  return new LabError(
    "flag-does-not-fit",
    `lab "${name}" is embedded: there are no machines, and no playbooks, for --ansible`,
    {
      remedy: ["leave --ansible out, or ask for machines: --runs-on vagrant"],
    },
  );
}
