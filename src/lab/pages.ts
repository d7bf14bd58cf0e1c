import { type Page, pageUrl } from "./catalogue/method.ts";
import { methods } from "./catalogue/methods.ts";
import { discoveryOf } from "./discovery.ts";
import { type Lab, machinesWith, type Ports, portsOf, type ServiceName } from "./model.ts";

export type { Page } from "./catalogue/method.ts";

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly Page[] {
  const at = (title: string, service: ServiceName, name: keyof Ports) =>
    machinesWith(lab, service).map((machine) => ({
      title,
      service,
      url: pageUrl(machine, portsOf(lab, machine)[name]),
    }));
  return [
    ...at("Mesos", "mesos-master", "mesosMaster"),
    ...at("Marathon", "marathon", "marathon"),
    ...discoveryOf(lab).flatMap((name) => methods[name].pages(lab)),
  ];
}
