import type { Lab } from "../lab/model.ts";
import { fill } from "./template.ts";

export function vagrantfile(template: string, lab: Lab): string {
  return fill(template, {
    name: lab.name,
    machines: lab.machines.map(({ name, ip, memory, cpus }) => ({ name, ip, memory, cpus })),
    box: rubyString(lab.box.name),
    boxVersion: lab.box.version === undefined ? "" : rubyString(lab.box.version),
    boxUrl: lab.box.url === undefined ? "" : rubyString(lab.box.url),
    emulation: lab.emulation ?? false,
  });
}

/** A double-quoted Ruby literal; `#` is escaped because Ruby would run what stands in `#{…}`. */
function rubyString(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
