import { catalogue, entriesOf, services } from "../lab/catalogue/index.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { type Lab, machinesWith, type ServiceName, type StackName, serviceNames } from "../lab/model.ts";
import { onVagrant } from "../lab/runs.ts";
import { embeddedLesson } from "./embedded-lesson.ts";
import { configFolder, type RenderedFile, type Templates, template } from "./files.ts";
import { groupVariables, hostVariables, inventory, pinReasons } from "./inventory.ts";
import { lesson } from "./lesson.ts";
import { servicePlaybook } from "./playbook.ts";
import { vagrantfile } from "./vagrantfile.ts";
import { type Comments, toYaml } from "./yaml.ts";

/** The names of the plays, which are also what `create` shows. */
function titleOf(service: ServiceName): string {
  return services[service].title;
}

export interface Playbook {
  /** `playbooks/<name>.yml`. */
  readonly name: string;
  /** The name of its play, as Ansible prints it. */
  readonly title: string;
  /** Undefined for those that prepare the machines. */
  readonly service?: ServiceName;
}

const check = { name: "preflight", title: "Check every machine" };

/** The look at all containers before the first of them is looked at by itself, and the note that it goes by. */
const look = { name: "container-look", title: "The containers that are there" };
const note = { name: "container-note", title: "A note of the containers for the next run" };

const images = { name: "images", title: "The rehearsal images on every machine" };

/** What the playbooks are made of: those of virtual machines by their stack. */
type Kind = StackName | "hosts";

function kindOf({ runs, stack }: Lab): Kind {
  return runs.kind === "hosts" ? "hosts" : stack;
}

/** What is done before the first container is started. */
const preparation: Readonly<Record<Kind, readonly Playbook[]>> = {
  classic: [
    { name: "engine", title: "Docker on every machine" },
    { name: "slave-host", title: "What the Mesos slave needs of its machine" },
    check,
    { name: "pull", title: "The images on every machine" },
    look,
  ],
  rehearsal: [{ name: "docker", title: "Docker on every machine" }, check, images, look],
  // Each has been looked at before, and is looked at by the tool alone.
  hosts: [{ name: "host-packages", title: "What every machine needs besides" }, images, look],
};

/** Before all else, in a lab that was made from a bundle with packages. */
const bundledPackages = { name: "bundled-packages", title: "The bundle's packages on every machine" };

/** The roles that those playbooks use. */
const roles: Readonly<Record<Kind, readonly string[]>> = {
  classic: ["docker_engine", "cgroup_v1", "docker_client", "machine_check", "container_note"],
  rehearsal: ["machine_check", "container_note"],
  hosts: ["container_note"],
};

/** What those playbooks include besides. */
const includes: Readonly<Record<Kind, readonly string[]>> = {
  classic: ["playbooks/tasks/bundled-images.yml"],
  rehearsal: [],
  hosts: [],
};

/** The playbooks that `site.yml` imports, in order. */
export function playbooks(lab: Lab): readonly Playbook[] {
  const present = serviceNames.filter((service) => machinesWith(lab, service).length > 0);
  return [
    ...(lab.bundle?.packages ? [bundledPackages] : []),
    ...preparation[kindOf(lab)],
    ...present.map((service) => ({ name: service, title: titleOf(service), service })),
    note,
  ];
}

/** All files of a lab; the same lab gives the same bytes. */
export function renderLab(lab: Lab, templates: Templates): readonly RenderedFile[] {
  const vagrant = onVagrant(lab);
  // Nothing else is made of files there: the launcher's plan is written when it starts.
  if (lab.runs.kind === "embedded")
    return (["en", "zh"] as const).map((language) => {
      const ending = language === "en" ? "md" : "zh.md";
      const text = template(templates, `lesson/embedded.${ending}.hbs`);
      return { path: `lesson.${ending}`, contents: embeddedLesson(text, lab, language, titleOf) };
    });
  const playbookFiles = playbooks(lab).map(({ name, title, service }) => ({
    path: `playbooks/${name}.yml`,
    contents:
      service !== undefined && entriesOf(lab, service).length > 0
        ? servicePlaybook(template(templates, "playbooks/service.yml.hbs"), title, entriesOf(lab, service))
        : template(templates, `playbooks/${name}.yml`),
  }));
  const hostFiles = lab.machines.map((machine) => ({
    path: `host_vars/${machine.name}.yml`,
    contents: yamlFile(hostVariables(lab, machine)),
  }));
  const roleFiles = [...templates]
    .filter(([path]) => roles[kindOf(lab)].some((role) => path.startsWith(`roles/${role}/`)))
    .map(([path, contents]) => ({ path, contents }));
  return [
    ...(vagrant === undefined
      ? []
      : [{ path: "Vagrantfile", contents: vagrantfile(template(templates, "Vagrantfile.hbs"), vagrant) }]),
    { path: "ansible.cfg", contents: template(templates, "ansible.cfg") },
    { path: ".yamllint", contents: template(templates, "yamllint") },
    { path: "inventory.yml", contents: yamlFile(inventory(lab)) },
    { path: "group_vars/all.yml", contents: yamlFile(groupVariables(lab), pinReasons) },
    ...hostFiles,
    { path: "site.yml", contents: sitePlaybook(lab) },
    ...playbookFiles,
    ...includes[kindOf(lab)].map((path) => ({ path, contents: template(templates, path) })),
    ...configFiles(lab),
    ...scripts(lab, templates),
    ...roleFiles,
    ...["lesson.md", "lesson.zh.md"].map((path) => ({
      path,
      contents: lesson(template(templates, `lesson/${path}.hbs`), lab, titleOf),
    })),
  ];
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

/** What the services that have no container bring to their machines. */
function scripts(lab: Lab, templates: Templates): RenderedFile[] {
  return discoveryOf(lab).flatMap((name) =>
    [...templates]
      .filter(([path]) => path.startsWith(`files/${name}/`))
      .map(([path, contents]) => ({ path, contents })),
  );
}

function sitePlaybook(lab: Lab): string {
  return yamlFile(
    playbooks(lab).map(({ name, title }) => ({
      name: title,
      "ansible.builtin.import_playbook": `playbooks/${name}.yml`,
    })),
  );
}

/** A YAML document as Ansible reads it. */
export function yamlFile(data: unknown, comments?: Comments): string {
  return `---\n${toYaml(data, comments)}`;
}
