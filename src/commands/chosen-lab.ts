import { existsSync } from "node:fs";
import { LabError } from "../errors.ts";
import { keepingNumbers } from "../lab/growth.ts";
import type { Lab, ProviderName, RunsOnName } from "../lab/model.ts";
import { onVagrant } from "../lab/runs.ts";
import { type Choice, chooseRunsOn } from "../machines/choose.ts";
import { madeOn } from "../machines/index.ts";
import { hostProvider } from "../tools/host.ts";
import { knownLabs, LabFolder } from "../tools/lab-folder.ts";
import { askedPlaceOf, describedLab, describedName, type LabOptions, usualFile } from "./context.ts";

/** A lab as the lab file and the flags describe it. */
export interface DescribedLab {
  readonly lab: Lab;
  readonly folder: LabFolder;
  /** The flags that describe it, those with which it was made among them. */
  readonly flags: LabOptions;
}

export interface Chosen extends DescribedLab, Pick<Choice, "without"> {}

/**
 * The lab as described, with `--runs-on auto` decided.
 * @param insists what asks for machines besides the lab file and its flags.
 * @throws LabError `usage` when the lab was made the other way.
 */
export async function chosenLab(
  options: LabOptions,
  signal: AbortSignal,
  insists: readonly string[] = [],
): Promise<Chosen> {
  const { flags, folder, provider, made, before } = asMade(options);
  const asked = askedPlaceOf(flags);
  const needsMachines = [...asked.needsMachines, ...insists];
  const inMachines = describedLab(flags, provider);
  const { runsOn, without } = await chooseRunsOn({ ...asked, needsMachines }, inMachines, made, signal);
  const lab = withFoundMesos(describedLab(flags, provider, runsOn), folder);
  return { lab: grown(lab, before, folder), folder, flags, without };
}

/** The lab as described, with `auto` as the lab was made, and else in machines: nothing of this host is asked. */
export function labAsMade(options: LabOptions): DescribedLab {
  const { flags, folder, provider, made, before } = asMade(options);
  const lab = withFoundMesos(describedLab(flags, provider, made), folder);
  return { lab: grown(lab, before, folder), folder, flags };
}

/** A lab that is there grows: what stays keeps its numbers. */
function grown(lab: Lab, before: Lab | undefined, folder: LabFolder): Lab {
  return before === undefined ? lab : keepingNumbers(lab, before, folder.leaving());
}

/** What an earlier run has found of the same Mesos stays known, above all the name that the lab has there. */
function withFoundMesos(lab: Lab, folder: LabFolder): Lab {
  const before = folder.recordedIfWhole()?.mesos;
  return before !== undefined && before.zk === lab.mesos?.zk ? { ...lab, mesos: before } : lab;
}

interface AsMade {
  readonly flags: LabOptions;
  readonly folder: LabFolder;
  readonly provider: ProviderName | undefined;
  /** Where the lab was made to run, if it was made. */
  readonly made: RunsOnName | undefined;
  /** As it was made, where that can still be read. */
  readonly before: Lab | undefined;
}

/** A lab that was made keeps the flags with which it was made, as far as none is given anew. */
function asMade(options: LabOptions): AsMade {
  const folder = new LabFolder(options.name ?? onlyLab(options) ?? describedName(options));
  const made = madeOn(folder);
  const before = made === undefined ? undefined : folder.recordedIfWhole();
  const provider = (before && onVagrant(before)?.runs.provider) ?? hostProvider();
  if (before === undefined) return { flags: options, folder, provider, made, before };
  const recorded = folder.recordedFlags();
  // A version and a URL are of one box only.
  const { boxVersion: _, boxUrl: __, ...others } = recorded;
  const flags = { ...(options.box === undefined ? recorded : others), ...options, name: before.name };
  if (options.file === undefined && flags.file !== undefined && !existsSync(flags.file))
    throw fileGone(before.name, flags.file);
  return { flags, folder, provider, made, before };
}

/** The name of the only lab there is, where no lab file names one. */
function onlyLab({ file }: LabOptions): string | undefined {
  if (file !== undefined || existsSync(usualFile)) return undefined;
  const labs = knownLabs().filter((name) => madeOn(new LabFolder(name)) !== undefined);
  return labs.length === 1 ? labs[0] : undefined;
}

function fileGone(name: string, file: string): LabError {
  return new LabError(
    "lab-file-missing",
    `lab "${name}" was made of the lab file ${file}, which is not there any more`,
    {
      remedy: ["put it back, or name another one: --file <path>", `npx mesos-lab destroy --name ${name}`],
    },
  );
}
