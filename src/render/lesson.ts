import { effective } from "../lab/catalogue/container.ts";
import { catalogue } from "../lab/catalogue/index.ts";
import { tomcatApp } from "../lab/demo.ts";
import type { Lab, ServiceName } from "../lab/model.ts";
import { pages } from "../lab/pages.ts";
import { dockerRun } from "./docker-run.ts";
import { fill } from "./template.ts";

/** The lesson with this lab's addresses and commands. */
export function lesson(template: string, lab: Lab, titles: Readonly<Record<ServiceName, string>>): string {
  const all = pages(lab);
  const url = (title: string) => all.find((page) => page.title === title)?.url ?? "";
  return fill(template, {
    machines: lab.machines.map(({ name, ip, services }) => ({ name, ip, services: services.join(", ") })),
    containers: catalogue(lab).map((entry) => ({
      title: titles[entry.service],
      machine: entry.machine.name,
      command: dockerRun(effective(entry)),
      additions: entry.additions.map(({ reason }) => reason),
    })),
    pages: all.map(({ title, url: address }) => ({ title, url: address })),
    marathon: url("Marathon").replace(/\/$/, ""),
    haproxy: url("HAProxy"),
    app: JSON.stringify(tomcatApp(lab)),
  });
}
