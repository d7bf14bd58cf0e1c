import { LabError } from "../../errors.ts";
import type { VagrantLab } from "../../lab/model.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";

/**
 * A machine that the new Vagrantfile no longer had would go on running, and nothing here could remove it.
 * @throws LabError `usage` that names such machines.
 */
export function refuseOrphans(lab: VagrantLab, folder: LabFolder): void {
  const orphans = folder
    .madeMachines()
    .filter(
      ({ name, provider }) =>
        provider !== lab.runs.provider || lab.machines.every((each) => each.name !== name),
    );
  if (orphans.length === 0) return;
  const names = orphans.map(({ name, provider }) => `${name} (${provider})`).join(", ");
  throw new LabError(
    "machines-would-be-lost",
    `lab "${lab.name}" has machines that it would lose: ${names}`,
    {
      details: ["they were made by an earlier lab file or with other flags"],
      remedy: [`remove them first: npx mesos-lab destroy --name ${lab.name}`],
    },
  );
}
