import { relative } from "node:path";
import type { Lab } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { renderLab } from "../render/lab.ts";
import { readTemplates } from "../tools/files.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { labAsMade } from "./chosen-lab.ts";
import type { Context, LabOptions } from "./context.ts";
import { madeDifferences } from "./differences.ts";
import { leavingOf } from "./leaving.ts";

/** Writes the lab's files, as `create` would on this host, and does nothing else. */
export async function render(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder, flags } = labAsMade(options);
  const changed = await folder.locked(async () => {
    const settled = await machinesOf(lab, folder).settle(context.signal);
    for (const text of madeDifferences(settled.lab, folder)) context.note(text);
    return writeLab(settled.lab, folder, flags);
  });
  const path = relative(process.cwd(), folder.path) || ".";
  if (context.json) context.emit({ event: "result", folder: folder.path, changed });
  else
    context.print(
      `${path}: ${changed.length === 0 ? "nothing to change" : `${changed.length} files written`}`,
    );
}

/** Renders a lab into its folder; returns the paths that changed. */
export async function writeLab(lab: Lab, folder: LabFolder, flags: LabOptions): Promise<readonly string[]> {
  const changed = writeRendered(lab, folder, flags);
  await machinesOf(lab, folder).parts?.place();
  return changed;
}

/** The same without what else machines need in the folder. */
export function writeRendered(lab: Lab, folder: LabFolder, flags: LabOptions): readonly string[] {
  return folder.write(lab, renderLab(lab, readTemplates()), flags, leavingOf(lab, folder));
}
