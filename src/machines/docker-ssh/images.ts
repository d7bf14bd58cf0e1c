import { LabError } from "../../errors.ts";
import { machineImages } from "../../lab/machine-needs.ts";
import type { Lab } from "../../lab/model.ts";
import { imageFormat, imageIdentities } from "../../lock/images.ts";
import type { RunOn } from "./fleet.ts";

/**
 * Reads on every machine what its images really are.
 * @throws LabError `verify` where two machines have different images of one name.
 */
export async function imagesOnMachines(
  lab: Lab,
  runOn: RunOn,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    lab.machines.map(async (machine) => {
      const images = machineImages(lab, machine);
      const argv = ["sudo", "docker", "image", "inspect", "--format", imageFormat, ...images];
      const { stdout } = await runOn(machine, argv, { signal, timeoutMs: 120_000 });
      return { machine, identities: imageIdentities(images, stdout) };
    }),
  );
  const all: Record<string, string> = {};
  for (const { machine, identities } of found)
    for (const [image, identity] of Object.entries(identities)) {
      const other = all[image];
      if (other !== undefined && other !== identity)
        throw new LabError(
          "images-differ-between-machines",
          `machine ${machine.name} has another ${image} than the machines before it`,
          {
            details: [`here ${identity}, there ${other}`],
            remedy: [`npx mesos-lab ssh ${machine.name} -- sudo docker image rm --force ${image}`],
          },
        );
      all[image] = identity;
    }
  return all;
}
