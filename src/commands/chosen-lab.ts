import type { Lab } from "../lab/model.ts";
import { type Choice, chooseRunsOn } from "../machines/choose.ts";
import { madeOn } from "../machines/index.ts";
import { hostProvider } from "../tools/host.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { askedPlaceOf, describedLab, type LabOptions } from "./context.ts";

export interface Chosen extends Pick<Choice, "without"> {
  readonly lab: Lab;
  readonly folder: LabFolder;
}

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
  const provider = hostProvider();
  const inMachines = describedLab(options, provider);
  const folder = new LabFolder(inMachines.name);
  const asked = askedPlaceOf(options);
  const needsMachines = [...asked.needsMachines, ...insists];
  const choice = await chooseRunsOn({ ...asked, needsMachines }, inMachines, madeOn(folder), signal);
  return { lab: describedLab(options, provider, choice.runsOn), folder, without: choice.without };
}

/** The lab as described, with `auto` as the lab was made, and else in machines: nothing of this host is asked. */
export function labAsMade(options: LabOptions): { readonly lab: Lab; readonly folder: LabFolder } {
  const folder = new LabFolder(describedLab(options).name);
  return { lab: describedLab(options, hostProvider(), madeOn(folder)), folder };
}
