import type { VagrantLab } from "../lab/model.ts";
import { isBuiltHere } from "../lab/pins.ts";
import { fill } from "./template.ts";

export function vagrantfile(template: string, { name, machines, runs }: VagrantLab): string {
  return fill(template, {
    name,
    machines: machines.map(({ name, ip, memory, cpus }) => ({ name, ip, memory, cpus })),
    box: rubyString(runs.box.name),
    boxVersion: runs.box.version === undefined ? "" : rubyString(runs.box.version),
    boxUrl: runs.box.url === undefined ? "" : rubyString(runs.box.url),
    boxBuiltHere: isBuiltHere(runs.box),
    emulation: runs.emulation ?? false,
    bootTimeout: runs.bootTimeout ?? (runs.emulation ? emulatedBootSeconds : bootSeconds),
  });
}

/** Long enough for a slow disk; a machine in software takes some four times as long. */
const bootSeconds = 600;
const emulatedBootSeconds = 4 * bootSeconds;

/** A double-quoted Ruby literal; `#` is escaped because Ruby would run what stands in `#{…}`. */
function rubyString(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
