import { relative } from "node:path";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { renderLab } from "../render/lab.ts";
import { readTemplates } from "../tools/files.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { type Context, describedLab, type LabOptions } from "./context.ts";

/** Writes the lab's files and nothing else. */
export async function render(options: LabOptions, context: Context): Promise<void> {
  const described = describedLab(options);
  const folder = new LabFolder(described.name);
  const changed = await folder.locked(async () => {
    refuseOrphans(described, folder);
    return writeLab(keepSettled(described, folder), folder);
  });
  const path = relative(process.cwd(), folder.path) || ".";
  if (context.json) context.emit({ event: "result", folder: folder.path, changed });
  else
    context.print(
      `${path}: ${changed.length === 0 ? "nothing to change" : `${changed.length} files written`}`,
    );
}

/** Renders a lab into its folder; returns the paths that changed. */
export function writeLab(lab: Lab, folder: LabFolder): readonly string[] {
  return folder.write(lab, renderLab(lab, readTemplates()));
}

/** What an earlier `create` found out about this host is kept while the provider stays the same. */
export function keepSettled(lab: Lab, folder: LabFolder): Lab {
  const before = folder.recordedIfWhole();
  if (lab.emulation !== undefined || before?.emulation === undefined || before.provider !== lab.provider)
    return lab;
  return { ...lab, emulation: before.emulation };
}

/**
 * A machine that the new Vagrantfile no longer had would go on running, and nothing here could remove it.
 * @throws LabError `usage` that names such machines.
 */
export function refuseOrphans(lab: Lab, folder: LabFolder): void {
  const orphans = folder
    .madeMachines()
    .filter(
      ({ name, provider }) => provider !== lab.provider || lab.machines.every((each) => each.name !== name),
    );
  if (orphans.length === 0) return;
  const names = orphans.map(({ name, provider }) => `${name} (${provider})`).join(", ");
  throw new LabError(`lab "${lab.name}" has machines that it would lose: ${names}`, {
    exitCode: exitCodes.usage,
    details: ["they were made by an earlier lab file or with other flags"],
    remedy: [`remove them first: npx mesos-lab destroy --name ${lab.name}`],
  });
}
