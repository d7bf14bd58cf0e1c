import { leavingMachines } from "../lab/growth.ts";
import type { Lab } from "../lab/model.ts";
import { madeOn } from "../machines/index.ts";
import type { LabFolder } from "../tools/lab-folder.ts";

/** The machines that a lab is to lose that is there, as `leavingMachines`: undefined where it was not made, too. */
export function leavingOf(lab: Lab, folder: LabFolder): Lab | undefined {
  const before = madeOn(folder) === undefined ? undefined : folder.recordedIfWhole();
  return before && leavingMachines(before, folder.leaving(), lab);
}
