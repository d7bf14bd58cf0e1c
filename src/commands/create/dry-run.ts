import { kebab } from "../../flags.ts";
import type { AnsiblePlace, Lab } from "../../lab/model.ts";
import { onVagrant } from "../../lab/runs.ts";
import { machinesOf } from "../../machines/index.ts";
import { type Command, pretty } from "../../tools/exec.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Context } from "../context.ts";
import { madeDifferences, madeGrowth } from "../differences.ts";
import { labToMake } from "./left.ts";
import { canLookBack, changeSince } from "./look-back.ts";
import type { CreateOptions } from "./options.ts";

/** `--dry-run`: every command that would run, ready to be pasted. Machines of a lab that is there are looked at. */
export async function printPlan(
  lab: Lab,
  folder: LabFolder,
  options: CreateOptions,
  lockFile: string,
  context: Context,
): Promise<void> {
  const { dryRun: _dry, updateLock: _lock, ansible, reapply, ...flags } = options;
  const provider = onVagrant(lab)?.runs.provider;
  // A provider can only mean machines.
  const described = { ...flags, ...(provider === undefined ? { runsOn: lab.runs.kind } : { provider }) };
  const place = ansible ?? likelyPlace();
  const machines = machinesOf(lab, folder);
  const { byHand, lab: settled } = await machines.settle(context.signal);
  for (const text of madeDifferences(settled, folder)) context.note(text);
  const ofMachines = await machines.plan?.(context.signal);
  const growth = madeGrowth(settled, folder);
  const { signal } = context;
  const asLeft =
    canLookBack(settled, folder, options) &&
    (await changeSince({ lab: labToMake(settled, folder, lockFile), folder, lockFile, signal })) ===
      undefined;
  const news = [...(asLeft ? [nothingChanged] : []), ...growth];
  const plan = news.length > 0 || ofMachines !== undefined ? [...news, ...(ofMachines ?? [])] : undefined;
  const made = tool("create", { ...described, ansible, reapply });
  const verified = tool("verify", { name: lab.name });
  const files = [tool("render", described), ...byHand(place)];
  let commands: readonly string[];
  // What has no files to be used by hand is done by the tool alone, which verifies as well.
  if (asLeft) commands = [verified];
  else if (files.length === 1 || flags.bundle !== undefined) commands = [made, verified];
  else if (place === "guest")
    commands = [...files, tool("create", { ...described, ansible: place, reapply })];
  else commands = [...files, verified];
  if (context.json) context.emit({ event: "result", commands, ...(plan && { plan }) });
  else for (const text of [...(plan ?? []), ...commands]) context.print(text);
}

const nothingChanged =
  "all is as the last create left it: Ansible would not be started (--reapply starts it)";

function tool(name: string, flags: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(flags).flatMap(([flag, value]) =>
    [value ?? []]
      .flat()
      .flatMap((each) => (each === true ? [`--${kebab(flag)}`] : [`--${kebab(flag)}`, String(each)])),
  );
  const command: Command = { file: "npx", args: ["mesos-lab", name, ...words] };
  return pretty(command);
}

/** Where the playbooks would run, without asking any program. */
function likelyPlace(): AnsiblePlace {
  return process.platform !== "win32" && isInstalled("ansible-playbook") ? "host" : "guest";
}
