import { catalogue } from "../lab/catalogue/index.ts";
import type { Lab } from "../lab/model.ts";
import { hasPlaybooks, onVagrant } from "../lab/runs.ts";
import { configFolder, type RenderedFile, type Templates, template } from "./files.ts";
import { groupVariables, hostVariables, inventory, variableComments } from "./inventory.ts";
import { lessonFiles } from "./lesson.ts";
import { readyPlaybook, servicePlaybook, serviceTasks, tasksOf } from "./playbook.ts";
import { embeddedReadme, readme } from "./readme.ts";
import {
  allServices,
  type Playbook,
  playbooks,
  servicePlaybooks,
  servicesPlaybook,
  sitePlaybook,
  titleOf,
} from "./site.ts";
import { vagrantfile } from "./vagrantfile.ts";
import { yamlFile } from "./yaml.ts";

/** All files of a lab; the same lab gives the same bytes. */
export function renderLab(lab: Lab, templates: Templates): readonly RenderedFile[] {
  // Nothing else is made of files there: the launcher's plan is written when it starts.
  if (!hasPlaybooks(lab))
    return [
      { path: "README.md", contents: embeddedReadme(template(templates, "readme/embedded.md.hbs"), lab) },
      ...lessonFiles(templates, lab, titleOf),
    ];
  const all = [...playbooks(lab), ...servicePlaybooks(lab)];
  const playbookFiles = all.map((playbook) => ({
    path: `playbooks/${playbook.name}.yml`,
    contents: playbookText(lab, playbook, templates),
  }));
  const taskFiles = servicePlaybooks(lab)
    .filter(({ roles }) => roles === undefined)
    .map(({ service }) => ({
      path: tasksOf(service),
      contents: serviceTasks(template(templates, "tasks/service.yml.hbs"), lab, service),
    }));
  const hostFiles = lab.machines.map((machine) => ({
    path: `host_vars/${machine.name}.yml`,
    contents: yamlFile(hostVariables(lab, machine)),
  }));
  const roles = new Set<string>(all.flatMap((playbook) => playbook.roles ?? []));
  const roleFiles = [...templates]
    .filter(([path]) => path.startsWith("roles/") && roles.has(path.split("/")[1] ?? ""))
    .map(([path, contents]) => ({ path, contents }));
  return [
    ...ofVagrant(lab, templates),
    { path: "ansible.cfg", contents: template(templates, "ansible.cfg") },
    { path: ".yamllint", contents: template(templates, "yamllint") },
    { path: "inventory.yml", contents: yamlFile(inventory(lab)) },
    { path: "group_vars/all.yml", contents: yamlFile(groupVariables(lab), variableComments) },
    ...hostFiles,
    { path: "site.yml", contents: sitePlaybook(lab) },
    ...playbookFiles,
    ...taskFiles,
    ...configFiles(lab),
    ...roleFiles,
    { path: "README.md", contents: readme(templates, lab, titleOf) },
    ...lessonFiles(templates, lab, titleOf),
  ];
}

function ofVagrant(lab: Lab, templates: Templates): readonly RenderedFile[] {
  const machines = onVagrant(lab);
  if (machines === undefined) return [];
  return [{ path: "Vagrantfile", contents: vagrantfile(template(templates, "Vagrantfile.hbs"), machines) }];
}

/** What the containers find in their volumes, where the playbooks look for it. */
function configFiles(lab: Lab): RenderedFile[] {
  return catalogue(lab).flatMap(({ machine, service, config }) =>
    Object.entries(config?.files ?? {}).map(([name, contents]) => ({
      path: `${configFolder(machine.name, service)}${name}`,
      contents,
    })),
  );
}

function playbookText(lab: Lab, playbook: Playbook, templates: Templates): string {
  const { name, title, service, roles } = playbook;
  if (roles !== undefined) return template(templates, `playbooks/${name}.yml`);
  if (service !== undefined)
    return servicePlaybook(template(templates, "playbooks/service.yml.hbs"), title, service);
  const own = template(templates, `playbooks/${name}.yml.hbs`);
  return playbook === allServices ? servicesPlaybook(own, lab) : readyPlaybook(own, title, lab);
}
