import { archivesOf } from "../lab/archives.ts";
import { entriesOf, entriesOn } from "../lab/catalogue/index.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { discoveryOf } from "../lab/discovery.ts";
import {
  machineContainers,
  machineImages,
  machinePrograms,
  memoryNeed,
  portNeeds,
} from "../lab/machine-needs.ts";
import { type Lab, type Machine, machinesWith, serviceNames, type VagrantLab } from "../lab/model.ts";
import { classicPins } from "../lab/pins.ts";
import { areLent, onHosts, onVagrant } from "../lab/runs.ts";
import { groupName } from "./container-task.ts";
import { configFolder } from "./files.ts";
import { serviceVariables } from "./playbook.ts";
import { sshDestination } from "./ssh-config.ts";

/** `inventory.yml`: every machine, how Ansible reaches it, and one group for each service. */
export function inventory(lab: Lab): Inventory {
  const there = onHosts(lab);
  const address = (machine: Machine) => (there === undefined ? machine.ip : sshDestination(there, machine));
  const hosts = lab.machines.map((machine) => [machine.name, { ansible_host: address(machine) }] as const);
  const groups = serviceNames.flatMap((service) => {
    const members = machinesWith(lab, service).map(({ name }) => [name, {}] as const);
    return members.length === 0
      ? []
      : [[groupName(service), { hosts: Object.fromEntries(members) }] as const];
  });
  return {
    all: {
      hosts: Object.fromEntries(hosts),
      vars: connection(lab),
      children: Object.fromEntries(groups),
    },
  };
}

export interface Inventory {
  readonly all: {
    readonly hosts: Readonly<Record<string, object>>;
    readonly vars: Readonly<Record<string, string>>;
    readonly children: Readonly<Record<string, object>>;
  };
}

function connection(lab: Lab): Readonly<Record<string, string>> {
  const machines = onVagrant(lab);
  if (machines !== undefined) return vagrantConnection(machines);
  return onHosts(lab) === undefined ? {} : hostsConnection;
}

/** How SSH gets to hosts is said once, in the lab's ssh configuration. */
const hostsConnection = {
  ansible_python_interpreter: "/usr/bin/python3",
  ansible_ssh_common_args: '-F "{{ inventory_dir }}/hosts/ssh_config"',
  // Not below the login user's home, where it would stay.
  ansible_remote_tmp: "/var/lib/mesos-lab/tmp",
};

/** How Ansible reaches machines that Vagrant has made: nothing else that is rendered for Ansible knows of Vagrant. */
function vagrantConnection({ runs }: VagrantLab): Readonly<Record<string, string>> {
  return {
    ansible_user: "vagrant",
    ansible_python_interpreter: "/usr/bin/python3",
    vagrant_machine: `{{ inventory_dir }}/.vagrant/machines/{{ inventory_hostname }}/${runs.provider}`,
    ansible_ssh_private_key_file: "{{ vagrant_machine }}/private_key",
    // Host keys belong to the machine: gone when it is destroyed, checked as long as it lives.
    ansible_ssh_common_args:
      "-o UserKnownHostsFile={{ vagrant_machine }}/known_hosts -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=yes",
  };
}

/** `group_vars/all.yml`; `variableComments` tells what its pins and conditions are for. */
export function groupVariables(lab: Lab): object {
  return {
    ...ownVariables(lab),
    ...(!areLent(lab) && { machine_check_classic: lab.stack === "classic" }),
    containers_differ: "{{ container_note_checked.rc | default(1) != 0 }}",
    ...(lab.stack === "classic" &&
      Object.fromEntries(Object.entries(classicPins).map(([name, { value }]) => [name, value]))),
  };
}

/** Where the roles find what they need not fetch; they look elsewhere for what is not named here. */
function ownVariables(lab: Lab): object {
  const { bundle } = lab;
  const { folder, images } = archivesOf(lab);
  return {
    ...(Object.keys(images).length > 0 && { image_archives: `{{ inventory_dir }}/${folder}` }),
    ...(bundle?.packages && { bundle_packages: "{{ inventory_dir }}/bundle/packages" }),
    ...(bundle?.client && { bundle_client: "{{ inventory_dir }}/bundle/client/docker" }),
  };
}

/** Comments by the variable that they belong to. */
export const variableComments: ReadonlyMap<string, string> = new Map([
  ["containers_differ", "What site.yml goes by. A playbook that is run alone does not ask."],
  ...Object.entries(classicPins).map(([name, { reason }]) => [name, `Pinned: ${reason}.`] as const),
]);

/** `host_vars/<machine>.yml`: what a machine needs, and in what the machines of one service differ. */
export function hostVariables(lab: Lab, machine: Machine): object {
  const own = serviceNames.flatMap((service) => {
    const entries = entriesOf(lab, service);
    const index = entries.findIndex((entry) => entry.machine.name === machine.name);
    return index < 0 ? [] : [serviceVariables(entries)[index] ?? {}];
  });
  const methodVariables = discoveryOf(lab)
    .filter((name) => machine.services.includes(name))
    .map((name) => methods[name].variables?.(lab, machine) ?? {});
  return {
    machine_images: machineImages(lab, machine).map((image) => imageVariables(lab, image)),
    machine_containers: machineContainers(lab, machine).map(({ name }) => name),
    machine_configs: machineConfigs(lab, machine),
    ...(areLent(lab) ? { host_packages_programs: machinePrograms(machine) } : machineCheck(lab, machine)),
    ...Object.assign({}, ...own, ...methodVariables),
  };
}

function machineCheck(lab: Lab, machine: Machine): object {
  return {
    machine_check_ports: portNeeds(lab, machine),
    machine_check_memory: memoryNeed(lab, machine),
  };
}

/** An image as the role that brings it needs to know it; see its `defaults/main.yml`. */
function imageVariables(lab: Lab, name: string): Readonly<Record<string, string>> {
  const packed = archivesOf(lab).images[name];
  if (packed !== undefined) return { name, checksum: packed.id, archive: packed.archive };
  const digest = lab.digests?.[name];
  if (digest === undefined) return { name };
  const repository = name.replace(/:[^/:]*$/, "");
  return { name, checksum: digest, pull: `${repository}@${digest}` };
}

/** The configuration files of a machine's containers: where each lies on the machine, and where in the lab's folder. */
export function machineConfigs(lab: Lab, machine: Machine): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entriesOn(lab, machine).flatMap(({ service, config }) =>
      Object.keys(config?.files ?? {}).map((name) => [
        `${config?.folder}/${name}`,
        `${configFolder(machine.name, service)}${name}`,
      ]),
    ),
  );
}
