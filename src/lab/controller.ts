import type { Lab, Machine } from "./model.ts";

/**
 * The machine from which the playbooks run where this host has no Ansible: the first one that they never reboot,
 * since nothing goes on that runs on a machine which reboots; else the first.
 */
export function controllerOf(lab: Lab): Machine {
  const first = lab.machines[0];
  if (first === undefined) throw new Error("a lab has machines");
  if (lab.stack !== "classic") return first;
  return lab.machines.find(({ services }) => !services.includes("mesos-slave")) ?? first;
}
