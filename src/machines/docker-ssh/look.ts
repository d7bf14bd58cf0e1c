import { exitCodes, LabError } from "../../errors.ts";
import { machineContainers, machineImages } from "../../lab/machine-needs.ts";
import type { Lab, Machine } from "../../lab/model.ts";
import { template } from "../../render/files.ts";
import { machineConfigs } from "../../render/inventory.ts";
import { playbookSights } from "../../render/site.ts";
import { contentKey } from "../../tools/cache.ts";
import { readTemplates } from "../../tools/files.ts";
import type { RunOn } from "./fleet.ts";

/** One answer over SSH; a machine under software emulation takes a while. */
const answerMs = 120_000;

const lastLine = "end of the look";

/** Looks at all machines at once, with one question each: see `Parts.look`. */
export async function lookAtMachines(
  lab: Lab,
  on: RunOn,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const templates = readTemplates();
  // The playbooks look at containers with the same program.
  const program = ["roles/container_note/files/found.sh", "machines/look.sh"]
    .map((path) => template(templates, path))
    .join("\n");
  const look = async (machine: Machine) => {
    const argv = ["sudo", "-n", "sh", "-s", "--", ...questionsFor(lab, machine)];
    const { stdout } = await on(machine, argv, { signal, input: program, timeoutMs: answerMs });
    return stdout.trimEnd().split("\n").at(-1) === lastLine ? contentKey(stdout) : undefined;
  };
  const looks = lab.machines.map(async (machine) => {
    const digest = await look(machine).catch(unlessInterrupted);
    return digest === undefined ? [] : [[machine.name, digest] as const];
  });
  return Object.fromEntries((await Promise.all(looks)).flat());
}

function unlessInterrupted(error: unknown): undefined {
  if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return undefined;
  throw error;
}

/** Lists of words, as `look.sh` takes them. */
function questionsFor(lab: Lab, machine: Machine): readonly string[] {
  const { paths, units } = playbookSights(lab);
  const configs = Object.keys(machineConfigs(lab, machine));
  const containers = machineContainers(lab, machine).map(({ name }) => name);
  return [paths, units, configs, machineImages(lab, machine), containers].map((words) => words.join(" "));
}
