import { relative } from "node:path";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab, Machine } from "../lab/model.ts";
import { loopbackOf } from "../machines/embedded/addresses.ts";
import { machinesOf } from "../machines/index.ts";
import { renderLab } from "../render/lab.ts";
import { readTemplates } from "../tools/files.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { madeKind } from "./choose-machines.ts";
import { type Context, describedLab, type LabOptions } from "./context.ts";

/** Writes the lab's files and nothing else. */
export async function render(options: LabOptions, context: Context): Promise<void> {
  const name = describedLab(options).name;
  const described = describedLab(options, undefined, madeKind(name));
  const folder = new LabFolder(described.name);
  const changed = await folder.locked(async () => {
    refuseOrphans(described, folder);
    return writeLab(await settled(keepSettled(described, folder), folder, context.signal), folder);
  });
  const path = relative(process.cwd(), folder.path) || ".";
  if (context.json) context.emit({ event: "result", folder: folder.path, changed });
  else
    context.print(
      `${path}: ${changed.length === 0 ? "nothing to change" : `${changed.length} files written`}`,
    );
}

/** An embedded lab with the addresses that `create` would choose, where none has chosen any. */
async function settled(lab: Lab, folder: LabFolder, signal: AbortSignal): Promise<Lab> {
  if (lab.embedded === undefined || lab.embedded.proxy !== undefined) return lab;
  return (await machinesOf(lab, folder).preflight(false, signal)).lab;
}

/** Renders a lab into its folder; returns the paths that changed. */
export function writeLab(lab: Lab, folder: LabFolder): readonly string[] {
  return folder.write(lab, renderLab(lab, readTemplates()));
}

/** What an earlier `create` found out about this host is kept while the provider stays the same. */
export function keepSettled(lab: Lab, folder: LabFolder): Lab {
  const before = folder.recordedIfWhole();
  if (lab.embedded !== undefined) return before?.embedded === undefined ? lab : keepAddresses(lab, before);
  if (lab.emulation !== undefined || before?.emulation === undefined || before.provider !== lab.provider)
    return lab;
  return { ...lab, emulation: before.emulation };
}

/** The addresses and ports that were chosen for an embedded lab, as long as its machines are the same. */
function keepAddresses(lab: Lab, before: Lab): Lab {
  const same =
    JSON.stringify(lab.machines.map(({ name, services }) => [name, services])) ===
      JSON.stringify(before.machines.map(({ name, services }) => [name, services])) &&
    JSON.stringify(lab.ports) === JSON.stringify(before.ports) &&
    lab.machines.every(({ ip }, index) => sameHost(ip, before.machines[index]?.ip ?? ""));
  if (!same) return lab;
  const machines = lab.machines.map((machine, index) => {
    const { ip, ports } = before.machines[index] as Machine;
    return { ...machine, ip, ...(ports === undefined ? {} : { ports }) };
  });
  return { ...lab, machines, embedded: before.embedded ?? {} };
}

function sameHost(described: string, loopback: string): boolean {
  return loopback === "127.0.0.1" || loopbackOf(described) === loopback;
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
