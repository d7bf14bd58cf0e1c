import type { Lab } from "../../lab/model.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { runTasks } from "../../ui/tasks.ts";
import type { Context } from "../context.ts";
import { printLab } from "../overview.ts";
import { type Asked, type Making, machinesFor, type Step } from "./making.ts";

/** Goes through a story step by step, and prints the lab as far as it came. The first step that fails ends it. */
export async function carryOut(
  story: readonly Step[],
  lab: Lab,
  folder: LabFolder,
  asked: Asked,
  context: Context,
): Promise<void> {
  const { signal, emit, display, note } = context;
  const known = { signal, emit, display, note, asked, folder, lab };
  const making: Making = {
    ...known,
    running: false,
    asLeft: false,
    fresh: false,
    kept: false,
    ansible: "host",
  };
  note(`Lab "${lab.name}": stack ${lab.stack}, machines: ${machinesFor(making).words}`);
  try {
    for (const step of story) await runTasks(step(making), display);
  } finally {
    printLab(making.lab, making.verdict, context);
  }
}
