import type { Entry } from "../lab/catalogue/container.ts";
import { additionComments, groupName, serviceArguments, shareAcrossMachines } from "./container-task.ts";
import { configFolder } from "./files.ts";
import { fill } from "./template.ts";
import { indent, toYaml } from "./yaml.ts";

/** The playbook of one service on all its machines, from the template `playbooks/service.yml.hbs`. */
export function servicePlaybook(template: string, title: string, entries: readonly Entry[]): string {
  const [entry] = entries;
  if (entry === undefined) throw new Error(`no machine runs what ${title} describes`);
  const ready = readiness(entries);
  return fill(template, {
    title,
    group: groupName(entry.service),
    config: entry.config !== undefined,
    configFrom: `{{ inventory_dir }}/${configFolder("{{ inventory_hostname }}", entry.service)}`,
    restart: "{{ configuration.changed }}",
    configTo: entry.config?.folder ?? "",
    container: entries.length === 1 ? entry.tutorial.name : entry.service,
    arguments: indent(toYaml(serviceArguments(entries).common, additionComments(entry)), 8),
    ready: entry.ready !== undefined,
    means: entry.ready?.means ?? "",
    url: ready,
    condition: entry.ready?.condition === undefined ? "" : ` and ${entry.ready.condition}`,
  });
}

/** The URL of the readiness check: a literal for one machine, a variable's name in braces for several. */
function readiness(entries: readonly Entry[]): string {
  return String(readyUrls(entries).common);
}

/** Per machine the variables that a service's playbook reads. */
export function serviceVariables(entries: readonly Entry[]): readonly Readonly<Record<string, unknown>>[] {
  const container = serviceArguments(entries).variables;
  const urls = readyUrls(entries).variables;
  return entries.map((_, index) => ({ ...container[index], ...urls[index] }));
}

function readyUrls(entries: readonly Entry[]) {
  const group = groupName(entries[0]?.service ?? "");
  return shareAcrossMachines(
    `${group}_ready_url`,
    entries.map((entry) => entry.ready?.url ?? ""),
  );
}
