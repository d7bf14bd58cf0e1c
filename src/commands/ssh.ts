import { LabError } from "../errors.ts";
import type { Lab, Machine } from "../lab/model.ts";
import { suggestion } from "../lab/problems.ts";
import { machinesOf } from "../machines/index.ts";
import { type LabOptions, madeLab } from "./context.ts";

/** `ssh <machine> [-- command]`: a shell on a machine, or one command; returns its exit code. */
export async function ssh(name: string, remote: readonly string[], options: LabOptions): Promise<number> {
  const { lab, folder } = madeLab(options);
  return machinesOf(lab, folder).access.shell(machineNamed(lab, name, "npx mesos-lab ssh"), remote);
}

/** @throws LabError `usage` for a name that no machine has: `remedy` goes before those that there are. */
export function machineNamed(lab: Lab, name: string, remedy: string): Machine {
  const machine = lab.machines.find((each) => each.name === name);
  if (machine !== undefined) return machine;
  const names = lab.machines.map((each) => each.name);
  throw new LabError("machine-unknown", `there is no machine "${name}", ${suggestion(name, names)}`, {
    remedy: lab.machines.map((each) => `${remedy} ${each.name}`),
  });
}
