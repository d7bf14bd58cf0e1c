import type { Lab } from "../lab/model.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { embeddedMachines } from "./embedded/machines.ts";
import type { Machines } from "./machines.ts";
import { vagrantMachines } from "./vagrant/machines.ts";

/** What runs this lab's machines. */
export function machinesOf(lab: Lab, folder: LabFolder): Machines {
  return lab.embedded === undefined ? vagrantMachines(lab, folder) : embeddedMachines(lab, folder);
}
