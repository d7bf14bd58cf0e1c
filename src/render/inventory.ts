import { entriesOf, entriesOn } from "../lab/catalogue/index.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { machineContainers, machineImages, memoryNeed, portNeeds } from "../lab/machine-needs.ts";
import { type Lab, type Machine, machinesWith, serviceNames, type VagrantLab } from "../lab/model.ts";
import { classicPins } from "../lab/pins.ts";
import { onHosts, onVagrant } from "../lab/runs.ts";
import { groupName } from "./container-task.ts";
import { configFolder } from "./files.ts";
import { serviceVariables } from "./playbook.ts";
import { sshDestination } from "./ssh-config.ts";

/** `inventory.yml`: every machine with its address, and one group for each service. */
export function inventory(lab: Lab): { all: { hosts: Readonly<Record<string, object>>; children: object } } {
  const there = onHosts(lab);
  const address = (machine: Machine) => (there === undefined ? machine.ip : sshDestination(there, machine));
  const hosts = lab.machines.map((machine) => [machine.name, { ansible_host: address(machine) }] as const);
  const groups = serviceNames.flatMap((service) => {
    const members = machinesWith(lab, service).map(({ name }) => [name, {}] as const);
    return members.length === 0
      ? []
      : [[groupName(service), { hosts: Object.fromEntries(members) }] as const];
  });
  return { all: { hosts: Object.fromEntries(hosts), children: Object.fromEntries(groups) } };
}

/** `group_vars/all.yml`; `pinReasons` tells why its pins are what they are. */
export function groupVariables(lab: Lab): object {
  const machines = onVagrant(lab);
  return {
    ...(machines && vagrantConnection(machines)),
    ...(lab.runs.kind === "hosts" && hostsConnection),
    ...(lab.stack === "rehearsal" && { images_archive: "{{ inventory_dir }}/images.tar" }),
    ...bundleVariables(lab),
    ...(lab.runs.kind !== "hosts" && { machine_check_classic: lab.stack === "classic" }),
    containers_differ: "{{ container_note_checked.rc | default(1) != 0 }}",
    ...(lab.stack === "classic" && { image_digests: lab.digests ?? {} }),
    ...(lab.stack === "classic" &&
      Object.fromEntries(Object.entries(classicPins).map(([name, { value }]) => [name, value]))),
  };
}

function vagrantConnection({ runs }: VagrantLab): object {
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

/** What the bridge runs, and the packages that have it. */
const bridgePrograms = { "/usr/sbin/haproxy": "haproxy", "/usr/bin/curl": "curl" };

/** How SSH gets there is said once, in the lab's ssh configuration. */
const hostsConnection = {
  ansible_python_interpreter: "/usr/bin/python3",
  ansible_ssh_common_args: '-F "{{ inventory_dir }}/hosts/ssh_config"',
  // Not below the login user's home, where it would stay.
  ansible_remote_tmp: "/var/lib/mesos-lab/tmp",
  host_packages_programs: {},
};

/** Where the playbooks find what they need not fetch; they look elsewhere for what is not named here. */
function bundleVariables({ bundle }: Lab): object {
  if (bundle === undefined) return {};
  const folder = "{{ inventory_dir }}/bundle";
  return {
    ...(Object.keys(bundle.images).length > 0 && { bundle_folder: folder, bundle_images: bundle.images }),
    ...(bundle.packages && { bundle_packages: `${folder}/packages` }),
    ...(bundle.client && { bundle_client: `${folder}/client/docker` }),
  };
}

/** Why each pinned version is the one it is, by its variable. */
export const pinReasons: ReadonlyMap<string, string> = new Map(
  Object.entries(classicPins).map(([name, { reason }]) => [name, `Pinned: ${reason}.`]),
);

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
    machine_images: machineImages(lab, machine),
    machine_containers: machineContainers(lab, machine).map(({ name }) => name),
    machine_configs: machineConfigs(lab, machine),
    ...(lab.runs.kind === "hosts"
      ? machine.services.includes("haproxy-marathon-bridge") && { host_packages_programs: bridgePrograms }
      : {
          machine_check_ports: portNeeds(lab, machine),
          machine_check_memory: memoryNeed(lab, machine),
        }),
    ...Object.assign({}, ...own, ...methodVariables),
  };
}

/** The configuration files of a machine's containers: where each lies on the machine, and where in the lab's folder. */
function machineConfigs(lab: Lab, machine: Machine): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entriesOn(lab, machine).flatMap(({ service, config }) =>
      Object.keys(config?.files ?? {}).map((name) => [
        `${config?.folder}/${name}`,
        `${configFolder(machine.name, service)}${name}`,
      ]),
    ),
  );
}
