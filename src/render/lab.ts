import { entriesOf } from "../lab/catalogue/index.ts";
import { type Lab, machinesWith, type ServiceName, serviceNames } from "../lab/model.ts";
import { type RenderedFile, type Templates, template } from "./files.ts";
import { groupVariables, hostVariables, inventory } from "./inventory.ts";
import { servicePlaybook } from "./playbook.ts";
import { vagrantfile } from "./vagrantfile.ts";
import { toYaml } from "./yaml.ts";

/** The names of the plays, which are also what `create` shows. */
const titles: Readonly<Record<ServiceName, string>> = {
  zookeeper: "ZooKeeper",
  "mesos-master": "Mesos master",
  "mesos-slave": "Mesos slave",
  marathon: "Marathon",
  bamboo: "Bamboo with HAProxy",
};

/** The playbooks that `site.yml` imports, in order. */
export function playbookNames(lab: Lab): readonly string[] {
  const services = serviceNames.filter((service) => machinesWith(lab, service).length > 0);
  return ["docker", ...(lab.stack === "rehearsal" ? ["images"] : []), ...services];
}

/** All files of a lab; the same lab gives the same bytes. */
export function renderLab(lab: Lab, templates: Templates): readonly RenderedFile[] {
  const playbooks = playbookNames(lab).map((name) => ({
    path: `playbooks/${name}.yml`,
    contents: isService(name)
      ? servicePlaybook(template(templates, "playbooks/service.yml.hbs"), titles[name], entriesOf(lab, name))
      : template(templates, `playbooks/${name}.yml`),
  }));
  const hostFiles = lab.machines
    .map((machine) => ({ path: `host_vars/${machine.name}.yml`, data: hostVariables(lab, machine) }))
    .filter(({ data }) => Object.keys(data).length > 0);
  return [
    { path: "Vagrantfile", contents: vagrantfile(template(templates, "Vagrantfile.hbs"), lab) },
    { path: "ansible.cfg", contents: template(templates, "ansible.cfg") },
    { path: ".yamllint", contents: template(templates, "yamllint") },
    { path: "inventory.yml", contents: yamlFile(inventory(lab)) },
    { path: "group_vars/all.yml", contents: yamlFile(groupVariables(lab)) },
    ...hostFiles.map(({ path, data }) => ({ path, contents: yamlFile(data) })),
    { path: "site.yml", contents: sitePlaybook(lab) },
    ...playbooks,
  ];
}

function isService(name: string): name is ServiceName {
  return (serviceNames as readonly string[]).includes(name);
}

function sitePlaybook(lab: Lab): string {
  const imports = playbookNames(lab).map((name) => ({
    name: isService(name) ? titles[name] : name === "docker" ? "Docker" : "Rehearsal images",
    "ansible.builtin.import_playbook": `playbooks/${name}.yml`,
  }));
  return yamlFile(imports);
}

function yamlFile(data: unknown): string {
  return `---\n${toYaml(data)}`;
}
