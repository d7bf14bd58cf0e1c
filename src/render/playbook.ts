import type { Entry } from "../lab/catalogue/container.ts";
import { catalogue, entriesOf } from "../lab/catalogue/index.ts";
import { type Lab, type ServiceName, serviceNames } from "../lab/model.ts";
import { once } from "../lab/once.ts";
import { additionComments, groupName, serviceArguments, shareAcrossMachines } from "./container-task.ts";
import { configFolder } from "./files.ts";
import { fill } from "./template.ts";
import { indent, toYaml } from "./yaml.ts";

/** How often and how many seconds apart a service is asked whether it is ready. */
const asks = { retries: 150, delay: 2 };

/** The playbook of one service on all its machines, from the template `playbooks/service.yml.hbs`. */
export function servicePlaybook(template: string, title: string, service: ServiceName): string {
  return fill(template, { title, group: groupName(service), tasks: tasksOf(service) });
}

/** Where the tasks of a service lie in the lab's folder. */
export function tasksOf(service: ServiceName): string {
  return `tasks/${service}.yml`;
}

/** What makes a service's container on a machine, from the template `tasks/service.yml.hbs`. */
export function serviceTasks(template: string, lab: Lab, service: ServiceName): string {
  const entries = entriesOf(lab, service);
  const [entry] = entries;
  if (entry === undefined) throw new Error(`no machine runs ${service}`);
  return fill(template, {
    waits: waitsBefore(lab, entry),
    config: entry.config !== undefined,
    configFrom: `{{ inventory_dir }}/${configFolder("{{ inventory_hostname }}", service)}`,
    configTo: entry.config?.folder ?? "",
    checksum: configChecksum(entry),
    runTask: runTask(containerOf(entries)),
    configTask: configTask(containerOf(entries)),
    arguments: indent(toYaml(serviceArguments(entries).common, additionComments(entry)), 4),
  });
}

const runTask = (container: string) => `Run the ${container} container`;
const configTask = (container: string) => `Copy the configuration of the ${container} container`;

/** How the tasks of a service name its container. */
function containerOf(entries: readonly Entry[]): string {
  const [entry] = entries;
  return entry === undefined || entries.length > 1 ? (entry?.service ?? "") : entry.tutorial.name;
}

/** The playbook that waits for all services, from the template `playbooks/ready.yml.hbs`. */
export function readyPlaybook(template: string, title: string, lab: Lab): string {
  const services = serviceNames.flatMap((service) => {
    const entries = entriesOf(lab, service);
    const wait = waitFor(entries[0]);
    return wait === undefined
      ? []
      : [{ ...wait, group: groupName(service), url: String(readyUrls(entries).common) }];
  });
  return fill(template, { title, services });
}

/** The containers that the task of a playbook waits for, by the task's name; none for other tasks. */
export function waitedFor(lab: Lab, task: string): readonly Entry[] {
  return catalogue(lab).filter(({ ready }) => ready !== undefined && task === `Wait until ${ready.means}`);
}

/** The service that a task of the services' playbook belongs to, and whether it is the last of that service's tasks. */
export interface ServiceTask {
  readonly service: ServiceName;
  readonly last: boolean;
}

/** What the tasks of the services' playbook are for, by their names. A role's tasks are known by their role. */
export function serviceTaskNames(lab: Lab): ReadonlyMap<string, ServiceTask> {
  const names = serviceNames.flatMap((service): [string, ServiceTask][] => {
    const entries = entriesOf(lab, service);
    const [entry] = entries;
    if (entry === undefined) return [];
    const container = containerOf(entries);
    const waits = waitsBefore(lab, entry).map(({ means }) => `Wait until ${means}`);
    return [
      ...[...waits, configTask(container)].map((name): [string, ServiceTask] => [
        name,
        { service, last: false },
      ]),
      [runTask(container), { service, last: true }],
    ];
  });
  return new Map(names);
}

/** Per machine the variables that a service's playbook, and the one that waits for it, read. */
export const serviceVariables = once(
  (entries: readonly Entry[]): readonly Readonly<Record<string, unknown>>[] => {
    const container = serviceArguments(entries).variables;
    const urls = readyUrls(entries).variables;
    return entries.map((_, index) => ({ ...container[index], ...urls[index] }));
  },
);

/** What is waited for before the container starts: nothing, or one service on all its machines. */
function waitsBefore(lab: Lab, entry: Entry) {
  if (entry.waitsFor === undefined) return [];
  const needed = entriesOf(lab, entry.waitsFor.service);
  const wait = waitFor(needed[0]);
  if (wait === undefined) return [];
  const urls = needed.map(({ ready }) => ready?.url ?? "");
  const [url = "", ...others] = urls;
  const several = others.length > 0;
  return [
    {
      ...wait,
      reason: `${entry.waitsFor.reason}.`,
      url: several ? "{{ item }}" : url,
      urls: several ? indent(toYaml(urls), 4) : "",
    },
  ];
}

function waitFor(entry: Entry | undefined) {
  if (entry?.ready === undefined) return undefined;
  const { means, condition } = entry.ready;
  const until = ["ready_answer.status == 200", ...(condition === undefined ? [] : [condition])].join(" and ");
  return { means, until, ...asks };
}

/** A literal URL for one machine, a variable's name in braces for several that differ. */
function readyUrls(entries: readonly Entry[]) {
  const group = groupName(entries[0]?.service ?? "");
  return shareAcrossMachines(
    `${group}_ready_url`,
    entries.map((entry) => entry.ready?.url ?? ""),
  );
}

/** Jinja: the checksum of a container's configuration files as they lie in the lab's folder, a line for each. */
function configChecksum({ service, config }: Entry): string {
  const folder = configFolder("' ~ inventory_hostname ~ '", service);
  const files = Object.keys(config?.files ?? {}).map((name) => `inventory_dir ~ '/${folder}${name}'`);
  const lines = ["{{ lookup('ansible.builtin.file',", `${files.join(",\n")}) | hash('sha256') }}`];
  return lines.join("\n").replaceAll("\n", `\n${" ".repeat(8)}`);
}
