import { kebab } from "../../flags.ts";
import type { Lab } from "../../lab/model.ts";
import type { AnsiblePlace } from "../../preflight/ansible-place.ts";
import { ansiblePlaybook } from "../../tools/ansible.ts";
import { type Command, pretty } from "../../tools/exec.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { vagrantUp } from "../../tools/vagrant.ts";
import type { Context } from "../context.ts";
import type { CreateOptions } from "./create.ts";

/** `--dry-run`: every command that would run, ready to be pasted. */
export function printPlan(lab: Lab, folder: LabFolder, options: CreateOptions, context: Context): void {
  const { dryRun: _dry, updateLock: _lock, ansible, ...flags } = options;
  const decided = lab.embedded === undefined ? { provider: lab.provider } : { machines: "embedded" };
  const described = { ...flags, ...decided };
  const place = ansible ?? likelyPlace();
  const verified = tool("verify", { name: lab.name });
  const render = tool("render", described);
  const boot = vagrantUp(folder.path, lab.provider);
  let commands: readonly Command[];
  // What has no files to be used by hand is done by the tool alone, which verifies as well.
  if (lab.embedded !== undefined || flags.bundle !== undefined)
    commands = [tool("create", { ...described, ansible }), verified];
  else if (place === "guest") commands = [render, boot, tool("create", { ...described, ansible: place })];
  else commands = [render, boot, ansiblePlaybook(folder.path), verified];
  if (context.json) context.emit({ event: "result", commands: commands.map(pretty) });
  else for (const command of commands) context.print(pretty(command));
}

function tool(name: string, flags: Readonly<Record<string, unknown>>): Command {
  const words = Object.entries(flags).flatMap(([flag, value]) =>
    [value ?? []].flat().flatMap((each) => [`--${kebab(flag)}`, String(each)]),
  );
  return { file: "npx", args: ["mesos-lab", name, ...words] };
}

/** Where the playbooks would run, without asking any program. */
function likelyPlace(): AnsiblePlace {
  return process.platform !== "win32" && isInstalled("ansible-playbook") ? "host" : "guest";
}
