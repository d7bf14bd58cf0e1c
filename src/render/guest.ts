import { controllerOf } from "../lab/controller.ts";
import type { Lab } from "../lab/model.ts";
import { type RenderedFile, type Templates, template } from "./files.ts";
import { groupVariables, inventory, pinReasons } from "./inventory.ts";
import { renderLab, yamlFile } from "./lab.ts";

/** Where the lab's playbooks lie on the machine that runs them, below the login user's home. */
export const guestFolder = "mesos-lab";

/** Each machine's key and known hosts, a folder each: in memory only, and away when the playbooks have run. */
export const guestKeys = "/run/mesos-lab";

/** Where the images playbook copies the archive to: what lies there already is not copied again on that machine. */
export const guestArchive = "/var/tmp/mesos-lab-images.tar";

/** What only people and Vagrant read. */
const notForAnsible = /^(Vagrantfile|\.yamllint|lesson.*)$/;

/** The files with which `site.yml` runs from inside a machine: the lab's own, with another way to the machines. */
export function guestFiles(lab: Lab, templates: Templates): readonly RenderedFile[] {
  const changed = new Map([
    ["inventory.yml", yamlFile(guestInventory(lab))],
    ["group_vars/all.yml", yamlFile(guestVariables(lab), pinReasons)],
  ]);
  const files = renderLab(lab, templates).filter(({ path }) => !notForAnsible.test(path));
  return [
    ...files.map(({ path, contents }) => ({ path, contents: changed.get(path) ?? contents })),
    { path: "run.py", contents: template(templates, "guest/run.py") },
  ];
}

/** The inventory as seen from inside: the others by their addresses, the machine itself without SSH. */
function guestInventory(lab: Lab): object {
  const { all } = inventory(lab);
  const { name } = controllerOf(lab);
  const itself = { ...all.hosts[name], ansible_connection: "local" };
  return { all: { ...all, hosts: { ...all.hosts, [name]: itself } } };
}

function guestVariables(lab: Lab): object {
  return {
    ...groupVariables(lab),
    vagrant_machine: `${guestKeys}/{{ inventory_hostname }}`,
    ...(lab.stack === "rehearsal" && { images_archive: guestArchive }),
  };
}
