import type { VagrantLab } from "../lab/model.ts";
import { isBuiltHere } from "../lab/pins.ts";
import { slowness } from "../lab/runs.ts";
import { fill } from "./template.ts";

export function vagrantfile(template: string, lab: VagrantLab): string {
  const { name, machines, runs } = lab;
  return fill(template, {
    name,
    machines: machines.map(({ name, ip, memory, cpus }) => ({ name, ip, memory, cpus })),
    box: rubyString(runs.box.name),
    boxVersion: runs.box.version === undefined ? "" : rubyString(runs.box.version),
    boxUrl: runs.box.url === undefined ? "" : rubyString(runs.box.url),
    boxBuiltHere: isBuiltHere(runs.box),
    emulation: runs.emulation ?? false,
    bootTimeout: runs.bootTimeout ?? bootSeconds * slowness(lab),
  });
}

/** Long enough for a slow disk. */
const bootSeconds = 600;

/** A double-quoted Ruby literal; `#` is escaped because Ruby would run what stands in `#{…}`. */
function rubyString(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
