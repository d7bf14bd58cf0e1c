import { entriesOf, services } from "../lab/catalogue/index.ts";
import { type Lab, machinesWith, type ServiceName, type StackName, serviceNames } from "../lab/model.ts";
import { areLent } from "../lab/runs.ts";
import { groupName } from "./container-task.ts";
import { tasksOf } from "./playbook.ts";
import { type RoleName, type RoleSight, roleSights } from "./role-sights.ts";
import { fill } from "./template.ts";
import { indent, toYaml, yamlFile } from "./yaml.ts";

/** The names of the plays, which are also what `create` shows. */
export function titleOf(service: ServiceName): string {
  return services[service].title;
}

export interface Playbook {
  /** `playbooks/<name>.yml`. */
  readonly name: string;
  /** The name of its play, as Ansible prints it. */
  readonly title: string;
  /** The roles that it uses. */
  readonly roles?: readonly RoleName[];
  /** Undefined for those that prepare the machines. */
  readonly service?: ServiceName;
  /** Its tasks are left out on a machine where the look found everything as it was noted. */
  readonly ifContainersDiffer?: true;
  /** By this tag it is left out by whoever waits for the services himself. */
  readonly tag?: string;
}

const check: Playbook = { name: "preflight", title: "Check every machine", roles: ["machine_check"] };

/** What is done before the first container is started, and whatever is there already. */
const preparation: Readonly<Record<StackName | "lent", readonly Playbook[]>> = {
  classic: [
    { name: "engine", title: "Docker on every machine", roles: ["docker_engine"] },
    {
      name: "slave-host",
      title: "What the Mesos slave needs of its machine",
      roles: ["cgroup_v1", "docker_client"],
    },
    check,
  ],
  rehearsal: [{ name: "docker", title: "Docker on every machine", roles: ["docker_io"] }, check],
  // The tool itself has looked at them before anything was done.
  lent: [{ name: "host-packages", title: "What every machine needs besides", roles: ["host_packages"] }],
};

/** The one look at all containers and images, and at the end the note that it goes by. */
const look: Playbook = {
  name: "container-look",
  title: "The containers that are there",
  roles: ["container_note"],
};
const note: Playbook = {
  name: "container-note",
  title: "A note of the containers for the next run",
  roles: ["container_note"],
  ifContainersDiffer: true,
};

const imagesOf: Readonly<Record<StackName, Playbook>> = {
  classic: {
    name: "pull",
    title: "The images on every machine",
    roles: ["locked_images"],
    ifContainersDiffer: true,
  },
  rehearsal: {
    name: "images",
    title: "The rehearsal images on every machine",
    roles: ["rehearsal_images"],
    ifContainersDiffer: true,
  },
};

/** Before all else, in a lab that was made from a bundle with packages. */
const bundledPackages: Playbook = {
  name: "bundled-packages",
  title: "The bundle's packages on every machine",
  roles: ["bundled_packages"],
};

/** All services at once, each machine at its own pace: what a service needs of another one it looks for until it finds it. */
export const allServices: Playbook = { name: "services", title: "The services of every machine" };

const readyTag = "ready";
const ready: Playbook = {
  name: "ready",
  title: "Every service answers",
  ifContainersDiffer: true,
  tag: readyTag,
};

/** In Ansible's environment: `site.yml` ends when all services are started. */
export const withoutWaiting = { ANSIBLE_SKIP_TAGS: readyTag };

const servicesOf = (lab: Lab) => serviceNames.filter((service) => machinesWith(lab, service).length > 0);

/** The playbooks that `site.yml` imports, in order; @param untilReady without it those that run under `withoutWaiting`. */
export function playbooks(lab: Lab, untilReady = true): readonly Playbook[] {
  const present = servicesOf(lab);
  return [
    ...(lab.bundle?.packages ? [bundledPackages] : []),
    // A lab that joins a Mesos has no slaves to prepare.
    ...preparation[areLent(lab) ? "lent" : lab.stack].filter(
      ({ name }) => name !== "slave-host" || present.includes("mesos-slave"),
    ),
    look,
    imagesOf[lab.stack],
    allServices,
    ...(untilReady ? [ready] : []),
    note,
  ];
}

/** The playbooks of one service each, to be run by hand. What has no container has a role, whose look is its own. */
export function servicePlaybooks(lab: Lab): readonly (Playbook & { readonly service: ServiceName })[] {
  return servicesOf(lab).map((service) => {
    const own = { name: service, title: titleOf(service), service };
    return entriesOf(lab, service).length > 0
      ? { ...own, ifContainersDiffer: true }
      : { ...own, roles: [groupName(service) as RoleName] };
  });
}

/** What all playbooks of a lab look at on a machine, besides images and containers. */
export function playbookSights(lab: Lab): Required<RoleSight> {
  const roles = [...playbooks(lab), ...servicePlaybooks(lab)].flatMap((playbook) => playbook.roles ?? []);
  const sights: readonly RoleSight[] = roles.map((role) => roleSights[role]);
  return {
    paths: [...new Set(sights.flatMap(({ paths }) => paths))],
    units: [...new Set(sights.flatMap(({ units = [] }) => units))],
  };
}

/** The playbook of all services, from the template `playbooks/services.yml.hbs`. */
export function servicesPlaybook(template: string, lab: Lab): string {
  // What waits for another service comes last, so that nothing else waits with it.
  const waits = ({ service }: { service: ServiceName }) => entriesOf(lab, service)[0]?.waitsFor !== undefined;
  const all = servicePlaybooks(lab);
  const ordered = [...all.filter((each) => !waits(each)), ...all.filter(waits)];
  const imports = ordered.map(({ title, service, roles, ifContainersDiffer }) => {
    const here = `'${groupName(service)}' in group_names`;
    return {
      name: title,
      ...(roles === undefined
        ? { "ansible.builtin.import_tasks": `../${tasksOf(service)}` }
        : { "ansible.builtin.import_role": { name: groupName(service) } }),
      when: ifContainersDiffer ? ["containers_differ", here] : here,
    };
  });
  return fill(template, { title: allServices.title, imports: indent(toYaml(imports), 4) });
}

/** `site.yml`: all playbooks in their order. */
export function sitePlaybook(lab: Lab): string {
  return yamlFile(
    playbooks(lab).map(({ name, title, ifContainersDiffer, tag }) => ({
      name: title,
      "ansible.builtin.import_playbook": `playbooks/${name}.yml`,
      ...(ifContainersDiffer && { when: "containers_differ" }),
      ...(tag !== undefined && { tags: tag }),
    })),
  );
}
