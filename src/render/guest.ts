import { controllerOf } from "../lab/controller.ts";
import type { Lab } from "../lab/model.ts";
import { type RenderedFile, type Templates, template } from "./files.ts";
import { type Inventory, inventory } from "./inventory.ts";
import { renderLab } from "./lab.ts";
import { yamlFile } from "./yaml.ts";

/** Where the lab's playbooks lie on the machine that runs them, below the login user's home. */
export const guestFolder = "mesos-lab";

/** Each machine's key and known hosts, a folder each: in memory only, and away when the playbooks have run. */
export const guestKeys = "/run/mesos-lab";

/** Where the images playbook copies the archive to: what lies there already is not copied again on that machine. */
export const guestArchive = "/var/tmp/mesos-lab-images.tar";

/** What only people and Vagrant read. */
const notForAnsible = /^(Vagrantfile|\.yamllint|README\.md|lesson.*)$/;

/** The files with which `site.yml` runs from inside a machine: the lab's own, with another way to the machines. */
export function guestFiles(lab: Lab, templates: Templates): readonly RenderedFile[] {
  const files = renderLab(lab, templates).filter(({ path }) => !notForAnsible.test(path));
  return [
    ...files.filter(({ path }) => path !== "inventory.yml"),
    { path: "inventory.yml", contents: yamlFile(guestInventory(lab)) },
    { path: "run.py", contents: template(templates, "guest/run.py") },
  ];
}

/** The inventory as seen from inside: the others by their addresses, the machine itself without SSH. */
function guestInventory(lab: Lab): Inventory {
  const { all } = inventory(lab);
  const { name } = controllerOf(lab);
  const itself = { ...all.hosts[name], ansible_connection: "local" };
  const vars = {
    ...all.vars,
    vagrant_machine: `${guestKeys}/{{ inventory_hostname }}`,
    ...(lab.stack === "rehearsal" && { rehearsal_images_archive: guestArchive }),
  };
  return { all: { ...all, hosts: { ...all.hosts, [name]: itself }, vars } };
}
