import { effective } from "../lab/catalogue/container.ts";
import { catalogue, pages } from "../lab/catalogue/index.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { tomcatApp } from "../lab/demo.ts";
import { discoveryNotes, discoveryOf } from "../lab/discovery.ts";
import type { Lab, ServiceName } from "../lab/model.ts";
import { dockerRun } from "./docker-run.ts";
import { fill } from "./template.ts";

/** The lesson with this lab's addresses and commands. */
export function lesson(template: string, lab: Lab, titleOf: (service: ServiceName) => string): string {
  const all = pages(lab);
  const url = (title: string) => all.find((page) => page.title === title)?.url ?? "";
  return fill(template, {
    machines: lab.machines.map(({ name, ip, services }) => ({ name, ip, services: services.join(", ") })),
    containers: catalogue(lab).map((entry) => ({
      title: titleOf(entry.service),
      machine: entry.machine.name,
      command: dockerRun(effective(entry)),
      additions: entry.additions.map(({ reason }) => reason),
    })),
    // Bamboo has its own chapters.
    methods: discoveryOf(lab)
      .filter((name) => name !== "bamboo")
      .map((name) => ({ title: titleOf(name), commands: methods[name].commands(lab) })),
    notes: discoveryNotes(lab),
    pages: all.map(({ title, url: address }) => ({ title, url: address })),
    marathon: url("Marathon").replace(/\/$/, ""),
    haproxy: url("HAProxy"),
    joined: lab.mesos?.zk ?? "",
    app: JSON.stringify(tomcatApp(lab)),
  });
}
