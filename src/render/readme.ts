import { effective } from "../lab/catalogue/container.ts";
import { catalogue } from "../lab/catalogue/index.ts";
import type { Lab, ServiceName } from "../lab/model.ts";
import { onVagrant } from "../lab/runs.ts";
import { type Templates, template } from "./files.ts";
import { fill } from "./template.ts";

/** What a lab's folder is, and how it is used without mesos-lab. */
export function readme(templates: Templates, lab: Lab, titleOf: (service: ServiceName) => string): string {
  const machines = onVagrant(lab);
  const entries = catalogue(lab);
  const entry = entries.find(({ service }) => service === "marathon") ?? entries[0];
  if (entry === undefined) throw new Error(`the lab ${lab.name} runs nothing`);
  const { service, machine } = entry;
  return fill(template(templates, `readme/${machines === undefined ? "hosts" : "machines"}.md.hbs`), {
    ...overview(lab),
    count: lab.machines.length,
    several: lab.machines.length > 1,
    provider: machines?.runs.provider ?? "",
    archive: lab.stack === "rehearsal",
    files: entries.some(({ config }) => config !== undefined),
    example: { service, title: titleOf(service), machine: machine.name, container: effective(entry).name },
  });
}

/** The same of an embedded lab, which nothing but mesos-lab can start. */
export function embeddedReadme(text: string, lab: Lab): string {
  return fill(text, { ...overview(lab), example: "marathon" });
}

function overview({ name, machines }: Lab) {
  return {
    name,
    machines: machines.map(({ services, ...each }) => ({ ...each, services: services.join(", ") })),
  };
}
