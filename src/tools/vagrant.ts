import type { Lab, ProviderName } from "../lab/model.ts";
import type { Command } from "./exec.ts";

// Vagrant asks its makers for news at every run unless told not to.
const env = { VAGRANT_CHECKPOINT_DISABLE: "1" };

function vagrant(folder: string, ...args: string[]): Command {
  return { file: "vagrant", args, cwd: folder, env };
}

export function vagrantUp(folder: string, provider: ProviderName): Command {
  // A machine that was not ready in time is kept: the next run goes on with it.
  const kept = "--no-destroy-on-error";
  return vagrant(folder, "up", `--provider=${provider}`, "--parallel", "--no-provision", kept, "--no-color");
}

/** Shuts machines down and starts them again, with all that the Vagrantfile says of them. */
export function vagrantReload(folder: string, machines: readonly string[]): Command {
  return vagrant(folder, "reload", "--no-provision", "--no-color", ...machines);
}

export function vagrantHalt(folder: string, machines: readonly string[]): Command {
  return vagrant(folder, "halt", "--no-color", ...machines);
}

/** Keeps machines' disks and memory as they are, in the place of a snapshot that has this name. */
export function vagrantKeep(folder: string, machines: readonly string[], name: string): Command {
  return vagrant(folder, "snapshot", "save", "--force", "--no-color", anyOf(machines), name);
}

/** Takes machines back to the snapshot of this name, also those that are off. */
export function vagrantGoBack(folder: string, machines: readonly string[], name: string): Command {
  return vagrant(folder, "snapshot", "restore", "--no-provision", "--no-color", anyOf(machines), name);
}

/** Vagrant takes one word for the machines of a snapshot: a pattern between slashes. */
function anyOf(machines: readonly string[]): string {
  return `/^(${machines.join("|")})$/`;
}

export function vagrantDestroy(folder: string): Command {
  return vagrant(folder, "destroy", "--force", "--no-color");
}

export function vagrantStatus(folder: string): Command {
  return vagrant(folder, "status", "--machine-readable");
}

/** State per machine out of `vagrant status --machine-readable`: `running`, `poweroff`, `not_created`, … */
export function parseStatus(output: string): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, machine, type, state] = line.split(",");
    if (type === "state" && machine && state) states.set(machine, state.trim());
  }
  return states;
}

/** vagrant-libvirt lists every setting of a domain with dashes; what triggers do they say themselves. */
const noNews = /^-[->] |^Running (action triggers|trigger)/;

/** The machine that a line of Vagrant's output is about, and the line's text. */
export function parseProgress(lab: Lab, line: string): { machine: string; text: string } | undefined {
  const match = /^(?:==>|\s+)\s*([a-z0-9-]+):\s*(.*)$/.exec(line);
  const [, machine, text] = match ?? [];
  if (machine === undefined || text === undefined || text === "" || noNews.test(text)) return undefined;
  return lab.machines.some(({ name }) => name === machine) ? { machine, text } : undefined;
}

/** Makes Vagrant look at a provider: in a folder with `anyMachine` it tells of a machine, or why it takes no such one. */
export function vagrantTries(folder: string, provider: ProviderName): Command {
  const command = vagrant(folder, "status", "--machine-readable");
  return { ...command, env: { ...env, VAGRANT_DEFAULT_PROVIDER: provider } };
}

/** A Vagrantfile of one machine, which is never made. */
export const anyMachine = 'Vagrant.configure("2") { |config| config.vm.box = "none" }\n';

/** An error of Vagrant's: its class, and its own words. */
export interface Failure {
  readonly name: string;
  readonly text: string;
}

/** The error with which Vagrant ended, out of its output under `--machine-readable`; undefined where there is none. */
export function parseFailure(output: string): Failure | undefined {
  for (const line of output.split("\n")) {
    const [, , type, name, text] = line.split(",");
    if (type !== "error-exit" || name === undefined || text === undefined) continue;
    return { name, text: text.replaceAll("%!(VAGRANT_COMMA)", ",").replaceAll("\\n", "\n").trim() };
  }
  return undefined;
}
