import { exitCodes, LabError } from "../errors.ts";
import type { Lab, Machine } from "../lab/model.ts";
import { suggestion } from "../lab/problems.ts";
import { machinesOf } from "../machines/index.ts";
import { type LabOptions, madeLab } from "./context.ts";

/** `ssh <machine> [-- command]`: a shell on a machine, or one command; returns its exit code. */
export async function ssh(name: string, remote: readonly string[], options: LabOptions): Promise<number> {
  const { lab, folder } = madeLab(options);
  return machinesOf(lab, folder).access.shell(namedMachine(lab, name), remote);
}

function namedMachine(lab: Lab, name: string): Machine {
  const machine = lab.machines.find((each) => each.name === name);
  if (machine !== undefined) return machine;
  const names = lab.machines.map((each) => each.name);
  throw new LabError(`there is no machine "${name}", ${suggestion(name, names)}`, {
    exitCode: exitCodes.usage,
    remedy: lab.machines.map((each) => `npx mesos-lab ssh ${each.name}`),
  });
}
