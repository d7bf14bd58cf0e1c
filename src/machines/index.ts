import { existsSync } from "node:fs";
import type { Lab, RunsOnName } from "../lab/model.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { embeddedMachines } from "./embedded/machines.ts";
import { hostFiles, labMark } from "./hosts/files.ts";
import { hostsMachines } from "./hosts/machines.ts";
import type { Machines } from "./machines.ts";
import { vagrantMachines } from "./vagrant/machines.ts";

/** What runs this lab. */
export function machinesOf(lab: Lab, folder: LabFolder): Machines {
  const { runs } = lab;
  if (runs.kind === "embedded") return embeddedMachines({ ...lab, runs }, folder);
  if (runs.kind === "hosts") return hostsMachines({ ...lab, runs }, folder);
  return vagrantMachines({ ...lab, runs }, folder);
}

/** Where the lab of this folder was made to run, if it was made. */
export function madeOn(folder: LabFolder): RunsOnName | undefined {
  if (existsSync(folder.file("embedded"))) return "embedded";
  if (labMark(hostFiles(folder)) !== undefined) return "hosts";
  return existsSync(folder.file(".vagrant")) ? "vagrant" : undefined;
}
